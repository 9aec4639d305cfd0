using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>The same error on all accounts, from the simulator to a row of <c>incidents</c> and back.</summary>
public sealed class IncidentTests
{
    private const int Accounts = 6;

    [Fact]
    public async Task Meta_fails_for_everybody_all_rest_one_at_a_time_tries_and_all_go_on_when_it_is_over()
    {
        await using var cluster = await AccountCluster.StartAsync(accounts: Accounts, configure: IncidentsAreQuick);
        var keys = await ConnectAllAsync(cluster);
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Error, Times: 1_000_000, Code: 2, Status: 500, Message: "Service temporarily unavailable"));

        await RefreshUntilAsync(cluster, keys, "select count(*) = 6 from account_schedule where health = 'meta_incident'", "all rest");
        Assert.Equal(
            ["(Transient,2,,t)"],
            await cluster.Database.RowsAsync("select error_kind, error_code, error_subcode, accounts >= 5 from incidents"));

        // While it lasts, nobody calls but the one that is let through; the tries come further and further apart.
        await cluster.Database.ExecuteAsync("create table runs_before as select run_id from sync_runs");
        await RefreshUntilAsync(cluster, keys, "select probes >= 2 from incidents", "two have tried");
        await RefreshUntilAsync(cluster, keys, "select not exists (select from sync_runs where status = 'running')", "they have failed");
        Assert.True(await cluster.Database.ScalarAsync<bool>(
            "select count(*) <= (select probes from incidents) from sync_runs where run_id not in (select run_id from runs_before)"));

        cluster.Simulator.Faults.Clear();
        await RefreshUntilAsync(cluster, keys, "select coalesce(closed_by, '') = 'probe' from incidents", "one has succeeded");
        await RefreshUntilAsync(
            cluster, keys,
            "select count(*) = 6 from account_schedule where health = 'active' and consecutive_errors = 0", "all go on");

        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select count(*) from incidents"));
        Assert.Equal(0, await cluster.RemindersAsync("incidents/"));
    }

    [Fact]
    public async Task An_open_incident_survives_the_silo_and_what_a_few_accounts_have_is_none()
    {
        await using var cluster = await AccountCluster.StartAsync(accounts: Accounts, configure: IncidentsAreQuick);
        var keys = await ConnectAllAsync(cluster);
        foreach (var few in keys.Take(4))
            cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Error, Times: 1_000_000, Account: few.Account.ToString(), Code: 2, Status: 500));
        await RefreshUntilAsync(cluster, keys, "select count(*) = 4 from account_schedule where consecutive_errors > 0", "four fail");
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from incidents"));

        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Error, Times: 1_000_000, Code: 2, Status: 500));
        foreach (var key in keys)
            await new RunQueue(cluster.Database.Source, TimeProvider.System).AskAsync(key, new RunAsk(SyncJob.Tier, null, null, "api"), default);
        await RefreshUntilAsync(cluster, keys, "select exists (select from incidents)", "it is recognised");

        await cluster.CrashAsync(() => Task.CompletedTask);
        cluster.Simulator.Faults.Clear();

        // Nobody but the grain's own reminder tells it that it has something to do.
        await Eventually.TrueAsync(() => cluster.Database.ScalarAsync<bool>("select coalesce(closed_by, '') = 'probe' from incidents"), "it ends");
    }

    private static void IncidentsAreQuick(IDictionary<string, string> settings) => settings[AccountCluster.QuickIncidents] = "on";

    private static async Task<AdAccountKey[]> ConnectAllAsync(AccountCluster cluster)
    {
        var integration = await cluster.Database.ScalarAsync<Guid>("select id from integrations");
        var ids = cluster.Simulator.AccountIds.Take(Accounts).Select(AdAccountId.Parse).ToArray();
        await new AdAccountStore(cluster.Database.Source, TimeProvider.System).UpsertAsync(
            cluster.Account.Tenant, integration, [.. ids.Select(id => new AdAccountFacts(id, "One of many", "EUR", "Europe/Prague", 1, 0))], default);
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        return [.. ids.Select(id => cluster.Account with { Account = id })];
    }

    // Looking again, which accounts do by themselves every minute.
    private static Task RefreshUntilAsync(AccountCluster cluster, AdAccountKey[] keys, string condition, string what) => Eventually.TrueAsync(
        async () =>
        {
            foreach (var key in keys)
                await cluster.Grains.AdAccount(key).RefreshAsync();
            return await cluster.Database.ScalarAsync<bool>(condition);
        },
        what);
}
