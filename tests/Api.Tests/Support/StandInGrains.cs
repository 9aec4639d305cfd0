using System.Collections.Concurrent;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Grains.Interfaces.Connections;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Grains.Interfaces.Sweeps;
using MetaGrains.Warehouse;
using Npgsql;

namespace MetaGrains.Api.Tests.Support;

/// <summary>What the stand-in grains were told, by their keys.</summary>
public static class Told
{
    private static readonly ConcurrentDictionary<string, int> Counts = new(StringComparer.Ordinal);

    public static void Once(string key) => Counts.AddOrUpdate(key, 1, (_, count) => count + 1);

    public static int Times(string key) => Counts.GetValueOrDefault(key);
}

/// <summary>Stands in for an account's grain. Key format: that of its interface. Called by the API; owns nothing.</summary>
[GrainType("stand-in-account")]
public sealed class StandInAccount : Grain, IAdAccountGrain
{
    public static readonly DateTimeOffset Due = new(2026, 3, 6, 14, 0, 0, TimeSpan.Zero);

    private static readonly ConcurrentDictionary<string, (string Sql, string Url)> Met = new(StringComparer.Ordinal);

    /// <summary>From now on accounts of the tenant run a statement that fails before they answer.</summary>
    public static void Meet(Guid tenant, string sql, string url) => Met[tenant.ToString()] = (sql, url);

    public Task<bool> RefreshAsync()
    {
        Told.Once(this.GetPrimaryKeyString());
        return Task.FromResult(true);
    }

    public Task WakeAsync() => Task.CompletedTask;

    public Task YourTurnAsync(long ticket) => Task.CompletedTask;

    public Task VoidAsync(long grant) => Task.CompletedTask;

    public Task ProbeAsync(long incident) => Task.CompletedTask;

    public async Task<AccountStatus?> GetStatusAsync()
    {
        foreach (var (_, (sql, url)) in Met.Where(met => this.GetPrimaryKeyString().Contains(met.Key, StringComparison.Ordinal)))
        {
            await using var database = NpgsqlDataSource.Create(DatabaseUrl.Parse(url));
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        return new AccountStatus
        {
            Health = "active", Tier = "medium", NextDueAt = Due, RunningJob = "tier", RunId = 7, Waiting = 2,
            Facts = [new AccountFact { Topic = "decision", Text = "It runs.", At = Due }, new AccountFact { Topic = "health", Text = "It syncs." }],
            Outlook = new AccountOutlook
            {
                Owner = "us", Since = Due.AddDays(-1), Reason = "It syncs.", Outcome = "waiting_for_budget", Job = "tier", DueAt = Due,
                Priority = "medium", EffectivePriority = "high", WindowSince = new DateOnly(2026, 3, 4), WindowUntil = new DateOnly(2026, 3, 6),
                Interval = TimeSpan.FromHours(2), Offset = TimeSpan.FromMinutes(17), PermitsSince = Due, PermitsWanted = 8, PermitsReason = "queue",
                PermitsScope = "user/1", PermitsUntil = Due.AddMinutes(1),
                Jobs = [new AccountJob { Job = "tier", DueAt = Due, WindowSince = new DateOnly(2026, 3, 4), WindowUntil = new DateOnly(2026, 3, 6), Reports = ["ad_daily"], LastCalls = 4 }],
                Reports = [new AccountReport { Report = "ad_daily", Shape = "7-day pieces", Since = Due }],
            },
        };
    }
}

/// <summary>Stands in for a connection's grain. Key format: that of its interface. Called by the API; owns nothing.</summary>
[GrainType("stand-in-connection")]
public sealed class StandInConnection : Grain, IConnectionGrain
{
    public Task<bool> RefreshAsync()
    {
        Told.Once(this.GetPrimaryKeyString());
        return Task.FromResult(true);
    }
}

/// <summary>Stands in for a sweep. Key format: that of its interface. Called by the API; owns nothing.</summary>
[GrainType("stand-in-sweep")]
public sealed class StandInSweep : Grain, ISweepGrain
{
    public Task EnsureAsync() => Task.CompletedTask;

    public Task<SweepReport> RunAsync() => Task.FromResult(new SweepReport(2, 1));
}

/// <summary>Stands in for a tenant's budget. Key format: that of its interface. Called by the API; owns nothing.</summary>
[GrainType("stand-in-rate-limit")]
public sealed class StandInRateLimit : Grain, ITenantRateLimitGrain
{
    public Task LeaseReadyAsync() => Task.CompletedTask;

    public Task<BudgetReply> AskAsync(BudgetAsk ask) => throw new InvalidOperationException("The API asks for no permits.");

    public Task ReturnAsync(GrantReturn given) => throw new InvalidOperationException("The API returns no permits.");

    public Task ObserveAsync(List<UsageNotice> usages) => throw new InvalidOperationException("The API observes nothing.");

    public Task BlockAsync(string scope, DateTimeOffset until) => throw new InvalidOperationException("The API blocks nothing.");

    public Task ReconfigureAsync()
    {
        Told.Once(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public Task<QueuePlace?> GetPlaceAsync(string requester) =>
        Task.FromResult<QueuePlace?>(new QueuePlace { Ahead = 4, Waiting = 9, Scope = "user/1" });

    public Task<BudgetStatus> GetStatusAsync() => Task.FromResult(new BudgetStatus
    {
        Mode = "fixed", Cap = 180, Waiting = 3, HighOnlyUntil = StandInAccount.Due,
        Scopes = [new ScopeStatus { Scope = "user", Charged = 42, Percent = 21.5, BlockedUntil = StandInAccount.Due }],
    });
}
