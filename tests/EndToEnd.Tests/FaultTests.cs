using MetaGrains.Cli.Hosting;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>The whole way from HTTP to SQL, while the source misbehaves or restates.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly DateRange Days = new(new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 14));

    private TestDatabase _database = null!;
    private GraphSimulatorServer _simulator = null!;
    private ServiceProvider _services = null!;
    private AdAccountKey _account;

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateAsync();
        _simulator = await GraphSimulatorServer.StartAsync(
            new GraphSimulatorOptions { Accounts = 1, Now = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero) });
        _services = new ServiceCollection()
            .AddMetaGrains(_database.Url, EncryptionKeys.Parse(EncryptionKeys.Generate()), graph =>
            {
                graph.BaseAddress = _simulator.BaseAddress;
                graph.PageLimit = 20;
                graph.RetryBaseDelay = TimeSpan.FromMilliseconds(1);
            })
            .Build();
        var tenant = await _services.GetRequiredService<TenantStore>().EnsureAsync("acme", "Acme", "EUR", default);
        _account = new AdAccountKey(tenant, AdAccountId.Parse(_simulator.AccountIds[0]));
        await _database.ExecuteAsync(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) values ($1, $2, 'a', 'EUR', 'UTC')",
            tenant.Value, _account.Account.ToString());
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _simulator.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(FaultKind.Truncated)]
    [InlineData(FaultKind.Garbage)]
    [InlineData(FaultKind.Html)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.Error200)]
    [InlineData(FaultKind.Http500)]
    [InlineData(FaultKind.Transient)]
    public async Task A_source_that_stays_broken_publishes_nothing_and_the_run_says_why(FaultKind kind)
    {
        Assert.Equal(RunOutcome.Succeeded, (await RunAsync()).Outcome);
        var before = await SnapshotAsync();
        _simulator.Faults.Add(new InjectedFault(kind, Times: 1000));

        var run = await RunAsync();

        Assert.Equal(RunOutcome.Failed, run.Outcome);
        Assert.NotEmpty(run.ErrorMessage!);
        Assert.DoesNotContain(_simulator.AccessToken, run.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync());
        Assert.Equal(run.ErrorMessage, await _database.ScalarAsync<string>("select error_message from sync_runs where status = 'failed'"));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from insights_staging"));
    }

    [Theory]
    [InlineData(FaultKind.Truncated)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.Transient)]
    [InlineData(FaultKind.EmptyNext)]
    public async Task A_fault_that_passes_costs_a_retry_and_no_row(FaultKind kind)
    {
        _simulator.Faults.Add(new InjectedFault(kind, Times: 2));

        var run = await RunAsync();

        Assert.Equal(RunOutcome.Succeeded, run.Outcome);
        await AssertTruthAsync();
    }

    [Theory]
    [InlineData(FaultKind.ThrottleAccount, 17, 2446079)]
    [InlineData(FaultKind.ThrottleInsights, 80000, 2446079)]
    public async Task A_throttle_is_not_retried_and_is_written_down(FaultKind kind, int code, int subcode)
    {
        _simulator.Faults.Add(new InjectedFault(kind, Times: 1000));

        var run = await RunAsync();

        Assert.Equal((RunOutcome.Failed, true, 1), (run.Outcome, run.RateLimited, run.Calls));
        Assert.Equal(
            [$"(t,{code},{subcode})"],
            await _database.RowsAsync("select rate_limited, error_code, error_subcode from sync_runs"));
    }

    [Fact]
    public async Task A_changed_row_in_the_source_changes_that_row_its_parents_and_its_day_and_nothing_else()
    {
        await RunAsync();
        var before = await SnapshotAsync();
        var (ad, date) = await AnyAdDayAsync();
        _simulator.Restate(_account.Account.ToString(), ad, date, spendDelta: 0.01m);

        var run = await RunAsync();

        // The ad, its ad set, its campaign and the account: one row at each level, each with its raw row; and one day.
        Assert.Equal((4L, 0L, 0L), (run.Rows.Changed, run.Rows.Inserted, run.Rows.Vanished));
        var changed = (await SnapshotAsync()).Except(before).ToArray();
        Assert.Equal(4 + 4 + 1, changed.Length);
        Assert.All(changed, row => Assert.Contains($"{date:yyyy-MM-dd}", row, StringComparison.Ordinal));
        await AssertTruthAsync();
    }

    [Fact]
    public async Task A_row_that_the_source_takes_back_leaves_every_sum()
    {
        await RunAsync();
        var (ad, date) = await AnyAdDayAsync();
        _simulator.Remove(_account.Account.ToString(), ad, date);

        var run = await RunAsync();

        Assert.True(run.Rows.Vanished >= 1);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from meta_insights_tombstones where ad_id = $1 and date = $2 and level = 'ad'", ad, date));
        await AssertTruthAsync();
    }

    [Theory]
    [InlineData("sim-expired", 190, 463)]
    [InlineData("sim-revoked", 190, 458)]
    [InlineData("no-such-token", 190, null)]
    public async Task A_dead_token_publishes_nothing_and_names_its_state(string token, int code, int? subcode)
    {
        var run = await RunAsync(token);

        Assert.Equal((RunOutcome.Failed, (int?)code, subcode, 1), (run.Outcome, run.ErrorCode, run.ErrorSubcode, run.Calls));
        Assert.DoesNotContain(token, run.ErrorMessage, StringComparison.Ordinal);
    }

    private Task<RunReport> RunAsync(string? token = null) =>
        _services.GetRequiredService<InsightsPull>().RunAsync(
            new PullRequest(_account, "incremental", "test", Days, InsightsReport.Defaults), new AccessToken(token ?? _simulator.AccessToken), default);

    private async Task<(string Ad, DateOnly Date)> AnyAdDayAsync()
    {
        var row = (await _database.RowsAsync("select ad_id, date from fact_meta_daily order by spend desc, ad_id limit 1"))[0].Trim('(', ')').Split(',');
        return (row[0], DateOnly.ParseExact(row[1], "yyyy-MM-dd"));
    }

    private async Task AssertTruthAsync()
    {
        var truth = _simulator.Truth(_account.Account.ToString(), Days.Since, Days.Until);
        Assert.True(truth.Rows > 0);
        Assert.Equal(
            $"({truth.Rows},{truth.Days},{truth.Spend},{truth.Impressions},{truth.Clicks})",
            Assert.Single(await _database.RowsAsync("select count(*), count(distinct date), trim_scale(sum(spend)), sum(impressions), sum(clicks) from fact_meta_daily")));
        Assert.Equal(
            $"({truth.Days},{truth.Spend},{truth.Impressions},{truth.Clicks})",
            Assert.Single(await _database.RowsAsync("select count(*), trim_scale(sum(spend)), sum(impressions), sum(clicks) from daily_meta_metrics")));
    }

    private async Task<IReadOnlyList<string>> SnapshotAsync() =>
    [
        .. await _database.RowsAsync("select 'fact', xmin, ctid, * from meta_insights_daily order by row_key"),
        .. await _database.RowsAsync("select 'raw', xmin, ctid, date, row_key from meta_insights_raw order by row_key"),
        .. await _database.RowsAsync("select 'daily', xmin, ctid, * from daily_meta_metrics order by date"),
    ];
}
