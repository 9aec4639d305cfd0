using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Accounts;
using MetaGrains.GraphSimulator;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Migrations;
using MetaGrains.Warehouse.Reads;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Cli.Demo;

/// <summary>
/// The whole way in one process: a simulator on loopback, discovery, every account's insights fetched over HTTP,
/// staged and published, then read back from SQL and held against what the simulator knows.
/// </summary>
internal sealed class InProcessDemo(Terminal terminal, string databaseUrl, EncryptionKeys keys)
{
    private const string Tenant = "demo";
    private const string Currency = "EUR";

    public async Task<DemoResult> RunAsync(DemoRequest request, CancellationToken cancellationToken)
    {
        await using var simulator = await LocalGraph.StartAsync(
            new GraphSimulatorOptions { Accounts = request.Accounts, Seed = request.Seed, DataDirectory = request.DataDirectory }, cancellationToken);
        await using var services = new ServiceCollection()
            .AddMetaGrains(databaseUrl, keys, graph =>
            {
                graph.BaseAddress = simulator.BaseAddress;
                graph.ApiVersion = Settings.Read(Settings.ApiVersion) ?? graph.ApiVersion;
            })
            .Build();
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);

        var started = TimeProvider.System.GetTimestamp();
        var (tenant, token, accounts) = await ConnectAsync(services, simulator, request, cancellationToken);
        var runs = await SyncAsync(services, tenant, token, accounts, request.Parallel, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;

        var compared = new List<DemoAccount>(accounts.Count);
        foreach (var (account, days) in accounts)
            compared.Add(await CompareAsync(services, simulator, tenant, account, days, runs[account.Id], cancellationToken));
        return new DemoResult(BuildInfo.GrainEngine, compared, Math.Round(seconds, 3));
    }

    private async Task<(TenantId Tenant, AccessToken Token, List<(AdAccountFacts Account, DateRange Days)> Accounts)> ConnectAsync(
        ServiceProvider services, GraphSimulatorServer simulator, DemoRequest request, CancellationToken cancellationToken)
    {
        var token = new AccessToken(simulator.AccessToken);
        var accounts = new List<(AdAccountFacts, DateRange)>();
        await foreach (var seen in services.GetRequiredService<IGraphAdAccounts>().ListAsync(token, cancellationToken))
        {
            if (request.Account is not null && seen.Id != AdAccountId.Parse(request.Account))
                continue;
            if (!AccountCalendar.TryCreate(seen.TimezoneName, out var calendar))
                throw new CliException(ExitCode.Failed, $"{seen.Id} is in the unknown time zone '{seen.TimezoneName}'.");
            var facts = new AdAccountFacts(seen.Id, seen.Name, seen.Currency, seen.TimezoneName, seen.AccountStatus, seen.DisableReason);
            accounts.Add((facts, request.Window(calendar, simulator.Clock.GetUtcNow())));
        }

        if (accounts.Count == 0)
            throw CliException.BadInput($"The token sees no ad account {request.Account}: it sees {string.Join(", ", simulator.AccountIds.Take(5))}{(simulator.AccountIds.Count > 5 ? " …" : "")}.");

        // Only now, with everything checked, is anything written.
        var tenant = await services.GetRequiredService<TenantStore>().EnsureAsync(Tenant, "Demo", Currency, cancellationToken);
        var integrations = services.GetRequiredService<IntegrationStore>();
        var integration = await integrations.ConnectAsync(tenant, "simulator", token, cancellationToken);
        await services.GetRequiredService<AdAccountStore>().UpsertAsync(
            tenant, integration, [.. accounts.Select(account => account.Item1)], cancellationToken);
        return (tenant, await integrations.TokenAsync(integration, cancellationToken), accounts);
    }

    private async Task<Dictionary<AdAccountId, RunReport>> SyncAsync(
        ServiceProvider services, TenantId tenant, AccessToken token, List<(AdAccountFacts Account, DateRange Days)> accounts,
        int parallel, CancellationToken cancellationToken)
    {
        var pull = services.GetRequiredService<InsightsPull>();
        var definitions = services.GetRequiredService<ReportDefinitionStore>();
        var runs = new Dictionary<AdAccountId, RunReport>();
        var progress = new DemoProgress(terminal, accounts.Count);
        await Parallel.ForEachAsync(
            accounts,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (item, stop) =>
            {
                var key = new AdAccountKey(tenant, item.Account.Id);
                var reports = (await definitions.OfAsync(key, stop)).Where(report => report.Jobs.Contains(SyncJob.Incremental));
                var run = await pull.RunAsync(new PullRequest(key, SyncJob.Incremental.WireName(), "cli", item.Days, [.. reports]), token, stop);
                lock (runs)
                    runs.Add(item.Account.Id, run);
                progress.Done(run);
            });
        return runs;
    }

    private static async Task<DemoAccount> CompareAsync(
        ServiceProvider services, GraphSimulatorServer simulator, TenantId tenant, AdAccountFacts account, DateRange days,
        RunReport run, CancellationToken cancellationToken)
    {
        var query = services.GetRequiredService<AccountTotalsQuery>();
        var levels = await query.ByLevelAsync(tenant, [account.Id], days, cancellationToken);
        var daily = await query.AggregatedAsync(tenant, [account.Id], days, cancellationToken);
        return new DemoAccount(
            account.Id.ToString(), account.Name, account.Currency, days,
            simulator.Truth(account.Id.ToString(), days.Since, days.Until),
            InsightsLevels.All.ToDictionary(level => level, level => levels.GetValueOrDefault((account.Id, level))),
            daily.GetValueOrDefault(account.Id),
            run);
    }
}
