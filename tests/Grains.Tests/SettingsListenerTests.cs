using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>What anybody commits in PostgreSQL reaches the grains, with no call from outside.</summary>
public sealed class SettingsListenerTests
{
    private const string Behind = """
        select count(*) from account_settings_versions v join account_schedule s using (tenant_id, ad_account_id)
        where s.applied_settings is distinct from v.version
        """;

    private const string Listeners = "from pg_stat_activity where application_name = 'metagrains settings' and datname = current_database()";

    private static Task HealthAsync(AccountCluster cluster, string health) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from account_schedule where health = $1", health) == 1, $"the account is {health}");

    private static Task AppliedAsync(AccountCluster cluster) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>(Behind) == 0, "the settings are applied");

    private static Task SucceededAsync(AccountCluster cluster, string trigger, long runs = 1) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'succeeded' and trigger = $1", trigger) >= runs,
        $"{runs} runs by {trigger} succeed");

    [Fact]
    public async Task An_account_that_is_enabled_retiered_and_asked_for_a_run_by_plain_sql_does_it()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false, upkeep: true);

        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await SucceededAsync(cluster, "schedule");
        await cluster.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 1 where tier = 'medium'");
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<bool>("select next_due_at <= now() + interval '1 minute' from account_schedule"), "it is due within the new interval");
        await cluster.Database.ExecuteAsync("""
            insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at)
            select tenant_id, ad_account_id, 'incremental', 'sql', 'queued', 0, now() from ad_accounts
            """);
        await SucceededAsync(cluster, "sql");

        await AppliedAsync(cluster);
    }

    [Fact]
    public async Task A_tenant_that_is_paused_resumed_and_deleted_stops_and_starts_its_accounts()
    {
        await using var cluster = await AccountCluster.StartAsync(upkeep: true);
        await HealthAsync(cluster, "active");

        await cluster.Database.ExecuteAsync("update tenants set sync_enabled = false");
        await HealthAsync(cluster, "paused");
        await cluster.Database.ExecuteAsync("update tenants set sync_enabled = true");
        await HealthAsync(cluster, "active");
        await cluster.Database.ExecuteAsync("update tenants set deleted_at = now()");
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from account_schedule") == 0, "the account is forgotten");

        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("acct/") == 0, "its reminder is gone");
        await AppliedAsync(cluster);
    }

    [Fact]
    public async Task A_changed_budget_counts_and_is_noted()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 10), enabled: false, upkeep: true);
        Assert.Equal(9, (await cluster.Budget.GetStatusAsync()).Cap);

        await cluster.Database.ExecuteAsync("update tenants set budget_calls_per_hour = 20");

        await Eventually.TrueAsync(async () => (await cluster.Budget.GetStatusAsync()).Cap == 18, "the budget has the new limit");
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<bool>("select budget_version = settings_version from tenants"), "that is noted");
    }

    [Fact]
    public async Task What_is_committed_while_the_listener_has_no_connection_is_found_afterwards()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: true, upkeep: true);
        await HealthAsync(cluster, "active");

        var listener = await cluster.Database.ScalarAsync<int>($"select pid {Listeners}");
        await cluster.Database.ExecuteAsync("select pg_terminate_backend($1)", listener);
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>($"select count(*) {Listeners} and pid = $1", listener) == 0, "its connection is gone");
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = false");

        await HealthAsync(cluster, "paused");
        await AppliedAsync(cluster);
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>($"select count(*) {Listeners}") == 1, "it listens again");
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await HealthAsync(cluster, "active");
    }

    [Fact]
    public async Task An_account_that_cannot_be_told_keeps_nobody_behind_it_waiting()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false, upkeep: true);
        // A page holds one account: the first one would fill it for ever.
        await cluster.Database.ExecuteAsync("""
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name, enabled)
            select tenant_id, 'act_1', 'Broken', 'EUR', 'Nowhere/Atlantis', true from ad_accounts
            """);

        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");

        await HealthAsync(cluster, "active");
    }

    [Fact]
    public async Task The_first_fill_happens_exactly_once_however_often_the_account_is_told_and_moved()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: true, upkeep: true);
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial' and status = 'succeeded'") == 1, "the first fill");

        await cluster.Database.ExecuteAsync("update ad_accounts set tier = 'high'");
        await AppliedAsync(cluster);
        await cluster.CrashAsync();
        await cluster.Grain.RefreshAsync();
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = false");
        await HealthAsync(cluster, "paused");
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await HealthAsync(cluster, "active");
        await Eventually.TrueAsync(async () => await cluster.Grain.GetStatusAsync() is { RunningJob: null, Waiting: 0 }, "it rests");

        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial'"));
    }

    [Fact]
    public async Task A_row_with_an_old_version_has_the_new_one_after_one_refresh_even_when_nothing_else_changed()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false);
        await cluster.Grain.RefreshAsync();
        await cluster.Database.ExecuteAsync("update account_schedule set applied_settings = 'of long ago'");

        await cluster.Grain.RefreshAsync();

        Assert.Equal(0, await cluster.Database.ScalarAsync<long>(Behind));
    }

    [Fact]
    public async Task A_run_that_was_under_way_when_its_silo_stopped_is_taken_up_by_the_next_one_without_a_call()
    {
        await using var cluster = await AccountCluster.StartAsync(pageLimit: 3, enabled: true, upkeep: true);
        var run = await new RunQueue(cluster.Database.Source, TimeProvider.System)
            .AskAsync(cluster.Account, new RunAsk(Core.Schedule.SyncJob.Incremental, null, null, "api"), default);
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", run) == "running", "it runs");

        await cluster.CrashAsync();

        await SucceededAsync(cluster, "api");
        Assert.Equal("succeeded", await cluster.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", run));
    }
}
