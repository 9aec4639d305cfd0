using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Connections;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>Connections as grains: a request in PostgreSQL becomes accounts in PostgreSQL.</summary>
public sealed class ConnectionGrainTests
{
    private const int Accounts = 7;

    private static async Task<Guid> IdAsync(AccountCluster cluster) => await cluster.Database.ScalarAsync<Guid>("select id from integrations");

    private static async Task<IConnectionGrain> GrainAsync(AccountCluster cluster) => cluster.Grains.Connection(new ConnectionKey(await IdAsync(cluster)));

    private static Task AskAsync(AccountCluster cluster, string? tier = null) => cluster.Database.ExecuteAsync(
        "update integrations set discovery_requested_at = now(), enable_tier = $1", (object?)tier ?? DBNull.Value);

    private static Task DoneAsync(AccountCluster cluster) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from integrations where discovered_at >= discovery_requested_at and discovery_error is null") == 1,
        "the accounts are listed");

    [Fact]
    public async Task All_pages_are_stored_known_accounts_keep_their_settings_new_ones_are_enabled_and_fill_once()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 10_000), enabled: false, accounts: Accounts, upkeep: true);
        await cluster.Database.ExecuteAsync("update ad_accounts set tier = 'low', attribution_window_days = 28");

        await AskAsync(cluster, "high");
        await DoneAsync(cluster);

        Assert.Equal(cluster.Simulator.AccountIds.Order(StringComparer.Ordinal).Select(id => $"({id})"), await cluster.Database.RowsAsync("select ad_account_id from ad_accounts order by 1"));
        Assert.Equal(["(f,low,28,1)", "(t,high,7,6)"], await cluster.Database.RowsAsync("select enabled, tier, attribution_window_days, count(*) from ad_accounts group by 1, 2, 3 order by 1"));
        Assert.Equal(Accounts, await cluster.Database.ScalarAsync<int>("select accounts_seen from integrations"));
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial' and status = 'succeeded'") == Accounts - 1, "each new account is filled");
        Assert.Equal(Accounts - 1, await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial'"));
        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("conn/") == 0, "the connection sleeps");
    }

    [Fact]
    public async Task Each_page_costs_a_permit_and_what_is_left_comes_back()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 200), enabled: false, accounts: Accounts);
        await AskAsync(cluster);

        Assert.True(await (await GrainAsync(cluster)).RefreshAsync());
        await DoneAsync(cluster);

        await Eventually.TrueAsync(
            async () => (await cluster.Budget.GetStatusAsync()).Scopes is [{ Charged: 3 } only] && only.Scope == await cluster.UserScopeAsync(), "three pages are charged");
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from ad_accounts where enabled"));
    }

    [Fact]
    public async Task A_dead_token_is_told_and_not_tried_again_until_there_is_a_new_one()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false, token: SimulatorTokens.Expired, accounts: Accounts, upkeep: true);

        await AskAsync(cluster);
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<string>("select status from integrations") == "expired", "the token is known to be dead");

        Assert.Equal(["(190,,1)"], await cluster.Database.RowsAsync("select discovery_error_code, discovery_retry_at, discovery_tries from integrations"));
        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("conn/") == 0, "the connection sleeps");
        await cluster.ConnectAsync(cluster.Simulator.AccessToken);
        await AskAsync(cluster);
        await DoneAsync(cluster);
        Assert.Equal(Accounts, await cluster.Database.ScalarAsync<long>("select count(*) from ad_accounts"));
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_later_and_a_reminder_keeps_it_in_mind()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false, accounts: Accounts);
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Transient, Times: 4));
        var grain = await GrainAsync(cluster);
        await AskAsync(cluster);

        await grain.RefreshAsync();
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<int>("select discovery_tries from integrations") == 1, "it fails");

        Assert.True(await cluster.Database.ScalarAsync<bool>("select discovery_retry_at > now() and discovery_error is not null and status = 'active' from integrations"));
        Assert.Equal(1, await cluster.RemindersAsync("conn/"));
        await grain.RefreshAsync();
        Assert.Equal(1, await cluster.Database.ScalarAsync<int>("select discovery_tries from integrations"));
        await cluster.CrashAsync(() => cluster.Database.ExecuteAsync("update integrations set discovery_retry_at = now()"));
        await (await GrainAsync(cluster)).RefreshAsync();
        await DoneAsync(cluster);
        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("conn/") == 0, "the connection sleeps");
    }

    [Fact]
    public async Task A_silo_that_dies_in_the_middle_of_a_list_loses_nothing()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 10), enabled: false, accounts: Accounts, upkeep: true);
        // One permit of nine is left: the first page is read, the second waits.
        await cluster.Budget.AskAsync(new BudgetAsk
        {
            Requester = "acct/somebody", RequestId = 1, Priority = "high", Wanted = 8, DueAt = TimeProvider.System.GetUtcNow(), Scopes = [await cluster.UserScopeAsync()],
        });
        await AskAsync(cluster);
        await Eventually.TrueAsync(async () => (await cluster.Budget.GetStatusAsync()).Waiting == 1, "the second page waits");
        Assert.True(await cluster.Database.ScalarAsync<bool>("select discovered_at is null from integrations"));

        await cluster.CrashAsync(() => cluster.Database.ExecuteAsync("update tenants set budget_calls_per_hour = 200"));

        await DoneAsync(cluster);
        Assert.Equal(Accounts, await cluster.Database.ScalarAsync<long>("select count(*) from ad_accounts"));
    }

    [Fact]
    public async Task A_result_counts_only_for_the_request_that_it_was_made_for()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false);
        var store = new DiscoveryStore(cluster.Database.Source, TimeProvider.System);
        await AskAsync(cluster);
        var id = await IdAsync(cluster);
        var first = (await store.FindAsync(id, default))!.RequestedAt!.Value;
        await AskAsync(cluster);

        Assert.False(await store.DoneAsync(id, first, 1, default));
        Assert.False(await store.FailedAsync(id, first, new DiscoveryFailure("dead", 190, null), default));

        Assert.True((await store.FindAsync(id, default))!.Wanted);
        Assert.Null(await store.FindAsync(Guid.NewGuid(), default));
        Assert.False(await cluster.Grains.Connection(new ConnectionKey(Guid.NewGuid())).RefreshAsync());
    }
}
