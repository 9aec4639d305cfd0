using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Reads;
using Npgsql;

namespace MetaGrains.Cli.Demo;

/// <summary>
/// The whole way through a running system: a tenant and a connection over REST, a run of every account by its grain,
/// then what SQL says against what the simulator knows.
/// </summary>
internal sealed class ProcessDemo(Terminal terminal, LocalSystem system)
{
    private const string Slug = "demo";
    private const string ConnectionName = "simulator";
    private const int ReadAtOnce = 500;
    private const int SwitchedAtOnce = 8;

    private static readonly TimeSpan DiscoveryPatience = TimeSpan.FromMinutes(5);

    public async Task<DemoResult> RunAsync(DemoRequest request, CancellationToken cancellationToken)
    {
        using var graph = new HttpClient { BaseAddress = system.Graph };
        using var api = new ApiClient(system.Api, TimeProvider.System);
        await using var database = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = system.DatabaseUrl });
        var world = new SimulatorWorld(graph);
        // Only when everything is checked is anything written.
        var seen = await world.AccountsAsync(cancellationToken);
        var targets = Targets(seen, request, await world.NowAsync(cancellationToken));

        var started = TimeProvider.System.GetTimestamp();
        var tenant = await TenantAsync(api, cancellationToken);
        await ConnectAsync(api, tenant, [.. seen.Select(account => account.Id)], targets, everything: request.Account is null, cancellationToken);
        var runs = await new DemoRuns(api, new AskedRuns(database), terminal, TimeProvider.System).RunAsync(tenant.Slug, targets, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;

        terminal.Progress("comparing SQL with the source");
        var compared = await CompareAsync(database, world, tenant, targets, runs, cancellationToken);
        return new DemoResult(BuildInfo.GrainEngine, compared, Math.Round(seconds, 3));
    }

    private static List<DemoTarget> Targets(List<WorldAccount> seen, DemoRequest request, DateTimeOffset now)
    {
        var targets = new List<DemoTarget>();
        foreach (var account in seen)
        {
            var id = AdAccountId.Parse(account.Id);
            if (request.Account is not null && id != AdAccountId.Parse(request.Account))
                continue;
            if (!AccountCalendar.TryCreate(account.TimezoneName, out var calendar))
                throw new CliException(ExitCode.Failed, $"{id} is in the unknown time zone '{account.TimezoneName}'.");
            targets.Add(new DemoTarget(id, account.Name, account.Currency, request.Window(calendar, request.Anchor(now))));
        }

        return targets.Count > 0
            ? targets
            : throw CliException.BadInput($"The token sees no ad account {request.Account}: it sees {string.Join(", ", seen.Take(5).Select(account => account.Id))}{(seen.Count > 5 ? " …" : "")}.");
    }

    // It may be there from an earlier demo, with whatever somebody has made of it.
    private static async Task<Tenant> TenantAsync(ApiClient api, CancellationToken cancellationToken)
    {
        var tenant = await api.FindAsync<Tenant>(Routes.Tenant(Slug), cancellationToken)
            ?? await api.SendAsync<Tenant>(
                HttpMethod.Post, Routes.Tenants, new { Slug, Name = "Demo", Currency = "EUR", SeveralCurrencies = true, Budget = new Budget("meta", null) }, cancellationToken);
        if (tenant.Budget.Mode != "meta" || !tenant.SeveralCurrencies)
            tenant = await api.SendAsync<Tenant>(HttpMethod.Patch, Routes.Tenant(Slug), new { SeveralCurrencies = true, Budget = new Budget("meta", null) }, cancellationToken);
        return tenant.SyncEnabled
            ? tenant
            : await api.SendAsync<Tenant>(HttpMethod.Put, Routes.TenantSync(Slug), new { Enabled = true }, cancellationToken);
    }

    private async Task ConnectAsync(
        ApiClient api, Tenant tenant, HashSet<string> world, List<DemoTarget> targets, bool everything, CancellationToken cancellationToken)
    {
        var connection = await api.SendAsync<Connection>(
            HttpMethod.Post, Routes.Connections(tenant.Slug),
            new { AccessToken = system.GraphToken, Name = ConnectionName, Enable = everything, Tier = "medium" }, cancellationToken);
        connection = await new Discovery(api, terminal, TimeProvider.System).WaitAsync(tenant.Slug, connection, DiscoveryPatience, cancellationToken);
        if (connection.Status != "active")
            throw new CliException(ExitCode.Failed, $"The connection to the simulator is {connection.Status}: {connection.Error}");
        var known = (await api.ListAsync<Account>(Routes.Accounts(tenant.Slug), cancellationToken)).ToDictionary(account => account.Id);
        if (targets.Find(target => !known.ContainsKey(target.Id.ToString())) is { } missing)
            throw new CliException(ExitCode.Failed, $"The connection has not found {missing.Id}, which the simulator has.");
        await EnableAsync(api, tenant, world, [.. targets.Select(target => known[target.Id.ToString()])], [.. known.Values], cancellationToken);
    }

    // An earlier demo may have had another world: its accounts would only fail here, and those of this one may still
    // wait out what failed there. Being switched on again ends that wait.
    private static async Task EnableAsync(
        ApiClient api, Tenant tenant, HashSet<string> world, Account[] targets, Account[] known, CancellationToken cancellationToken)
    {
        var waiting = targets.Where(account => account.Enabled && account.RetryAt is not null).ToArray();
        await SwitchAsync(api, tenant, [.. known.Where(account => account.Enabled && !world.Contains(account.Id)), .. waiting], false, cancellationToken);
        await SwitchAsync(api, tenant, [.. targets.Where(account => !account.Enabled), .. waiting], true, cancellationToken);
    }

    private static Task SwitchAsync(ApiClient api, Tenant tenant, Account[] accounts, bool enabled, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            accounts,
            new ParallelOptions { MaxDegreeOfParallelism = SwitchedAtOnce, CancellationToken = cancellationToken },
            async (account, stop) => await api.SendAsync<AccountState>(HttpMethod.Put, Routes.Sync(tenant.Slug, account.Id), new { Enabled = enabled }, stop));

    private static async Task<List<DemoAccount>> CompareAsync(
        NpgsqlDataSource database, SimulatorWorld world, Tenant tenant, List<DemoTarget> targets, Dictionary<AdAccountId, RunReport> runs,
        CancellationToken cancellationToken)
    {
        var query = new AccountTotalsQuery(database);
        var owner = new TenantId(Guid.Parse(tenant.Id));
        var compared = new Dictionary<AdAccountId, DemoAccount>(targets.Count);
        // Accounts of one zone have the same days.
        foreach (var group in targets.GroupBy(target => target.Days).SelectMany(days => days.Chunk(ReadAtOnce)))
        {
            var (ids, days) = (group.Select(target => target.Id).ToArray(), group[0].Days);
            var levels = await query.ByLevelAsync(owner, ids, days, cancellationToken);
            var daily = await query.AggregatedAsync(owner, ids, days, cancellationToken);
            foreach (var target in group)
            {
                compared.Add(target.Id, new DemoAccount(
                    target.Id.ToString(), target.Name, target.Currency, days,
                    await world.TruthAsync(target.Id.ToString(), days, cancellationToken),
                    InsightsLevels.All.ToDictionary(level => level, level => levels.GetValueOrDefault((target.Id, level))),
                    daily.GetValueOrDefault(target.Id),
                    runs[target.Id]));
            }
        }

        return [.. targets.Select(target => compared[target.Id])];
    }
}
