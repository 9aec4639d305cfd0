using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>Accounts as grains, from a setting in PostgreSQL over real HTTP to rows in PostgreSQL.</summary>
public sealed class AdAccountGrainTests
{
    private static RunQueue Queue(AccountCluster cluster) => new(cluster.Database.Source, TimeProvider.System);

    private static Task<long> AskAsync(AccountCluster cluster, SyncJob job, DateRange? range = null) =>
        Queue(cluster).AskAsync(cluster.Account, new RunAsk(job, range, null, "api"), default);

    private static Task<string> StatusAsync(AccountCluster cluster, long run) =>
        cluster.Database.ScalarAsync<string>("select status from sync_runs where run_id = $1", run);

    private static Task SucceededAsync(AccountCluster cluster, long run) =>
        Eventually.TrueAsync(async () => await StatusAsync(cluster, run) == "succeeded", $"run {run} succeeds");

    [Fact]
    public async Task A_run_that_was_asked_for_is_fetched_published_and_reported()
    {
        await using var cluster = await AccountCluster.StartAsync();
        var run = await AskAsync(cluster, SyncJob.Incremental);

        Assert.True(await cluster.Grain.RefreshAsync());
        await SucceededAsync(cluster, run);

        await cluster.AssertTruthAsync();
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select count(*) from sync_cursors where job = 'incremental' and meta_last_window_end is not null"));
        await cluster.RestsAsync();
        var status = await cluster.Grain.GetStatusAsync();
        Assert.Equal("active", status!.Health);
        Assert.True(status.NextDueAt > TimeProvider.System.GetUtcNow());
        Assert.Equal("decision", status.Facts[0].Topic);
        Assert.Equal(("sleeping", "us"), (status.Outlook!.Outcome, status.Outlook.Owner));
        var incremental = status.Outlook.Jobs.Single(job => job.Job == "incremental");
        Assert.True(incremental is { LastCalls: > 0, Cursor: not null, WindowSince: not null, Reports.Count: 4, Obstacle: null }, $"{incremental}");
    }

    [Fact]
    public async Task Every_call_had_a_permit_of_the_tenants_budget_and_what_was_left_came_back()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 200));
        var run = await AskAsync(cluster, SyncJob.Incremental);

        await cluster.Grain.RefreshAsync();
        await SucceededAsync(cluster, run);

        await Eventually.TrueAsync(
            async () => await cluster.Grain.GetStatusAsync() is { RunningJob: null, Waiting: 0 }
                && (await cluster.Budget.GetStatusAsync()).Scopes.Single(scope => scope.Scope.StartsWith("user/", StringComparison.Ordinal)).Charged
                    == await cluster.Database.ScalarAsync<long>("select sum(calls)::bigint from sync_runs"),
            "exactly the calls that were made are charged");
        Assert.InRange(await cluster.Database.ScalarAsync<long>("select sum(calls)::bigint from sync_runs"), 4, 50);
        Assert.Contains((await cluster.Budget.GetStatusAsync()).Scopes, scope => scope.Scope == $"score/{cluster.Account.Account}");
    }

    [Fact]
    public async Task A_run_with_more_pages_than_permits_asks_again_and_finishes()
    {
        await using var cluster = await AccountCluster.StartAsync(pageLimit: 5);
        var run = await AskAsync(cluster, SyncJob.Incremental);

        await cluster.Grain.RefreshAsync();
        await SucceededAsync(cluster, run);

        Assert.True(await cluster.Database.ScalarAsync<long>("select calls from sync_runs where run_id = $1", run) > 8);
        await cluster.AssertTruthAsync();
    }

    [Fact]
    public async Task An_account_wakes_itself_by_its_reminder_with_no_call_from_outside_also_after_the_silo_died()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: true, interval: TimeSpan.FromSeconds(2));
        await cluster.Grain.RefreshAsync();

        await RunsAsync(cluster, atLeast: 2);
        await cluster.CrashAsync();
        var before = await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs");
        await RunsAsync(cluster, atLeast: before + 2);

        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'failed'"));
        await cluster.AssertTruthAsync();

        static Task RunsAsync(AccountCluster cluster, long atLeast) => Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'succeeded' and trigger = 'schedule'") >= atLeast,
            $"{atLeast} runs by itself");
    }

    [Fact]
    public async Task An_account_that_waits_for_permits_is_woken_when_another_gives_some_back()
    {
        await using var cluster = await AccountCluster.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 20));
        var scopes = await cluster.UserScopeAsync();
        var taken = await cluster.Budget.AskAsync(new BudgetAsk
        {
            Requester = "acct/somebody", RequestId = 1, Priority = "high", Wanted = 50, DueAt = TimeProvider.System.GetUtcNow(), Scopes = [scopes],
        });
        Assert.Equal(18, taken.Permits);
        await AskAsync(cluster, SyncJob.Incremental);
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => (await cluster.Budget.GetStatusAsync()).Waiting == 1, "it waits");
        Assert.Equal(new QueuePlace { Ahead = 0, Waiting = 1, Scope = scopes }, await cluster.Budget.GetPlaceAsync(cluster.Account.ToString()));
        Assert.Null(await cluster.Budget.GetPlaceAsync("acct/somebody"));

        await cluster.Budget.ReturnAsync(new GrantReturn { Grant = taken.Grant!.Value, Used = 0 });

        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'succeeded'") >= 1, "it runs");
    }

    [Fact]
    public async Task A_throttle_is_one_call_and_then_silence_until_it_ends()
    {
        await using var cluster = await AccountCluster.StartAsync();
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.ThrottleAccount, Times: 1000));
        var run = await AskAsync(cluster, SyncJob.Tier);

        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => (await cluster.Grain.GetStatusAsync())!.Health == "throttled", "the account is throttled");
        await cluster.Grain.RefreshAsync();
        await cluster.Grain.WakeAsync();

        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select sum(calls)::bigint from sync_runs"));
        Assert.True(await cluster.Database.ScalarAsync<bool>("select rate_limit_backoff_until > now() from account_schedule"));
        Assert.Contains("blocks", (await cluster.Grain.GetStatusAsync())!.Facts[0].Text, StringComparison.Ordinal);
        Assert.NotEqual("succeeded", await StatusAsync(cluster, run));
    }

    [Fact]
    public async Task A_run_that_was_asked_for_and_failed_waits_says_why_and_is_done_when_its_cause_is_mended()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await cluster.Grain.RefreshAsync();
        await cluster.RestsAsync();
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.Transient, Times: 1000));
        var run = await AskAsync(cluster, SyncJob.Incremental);
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<bool>("select exists (select from sync_runs where run_id = $1 and status = 'queued' and error_message is not null)", run),
            "it has failed once and waits");
        var calls = await cluster.Database.ScalarAsync<long>("select calls from sync_runs where run_id = $1", run);
        await Eventually.TrueAsync(async () => await cluster.Grain.GetStatusAsync() is { RunningJob: null, Waiting: 1 }, "the grain knows it, too");

        // Nobody waits out the minute of the next try: switching the account off and on says that all is mended.
        cluster.Simulator.Faults.Clear();
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = false");
        await cluster.Grain.RefreshAsync();
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await cluster.Grain.RefreshAsync();

        await SucceededAsync(cluster, run);
        Assert.True(await cluster.Database.ScalarAsync<long>("select calls from sync_runs where run_id = $1", run) > calls);
        await cluster.AssertTruthAsync();
    }

    [Fact]
    public async Task A_dead_token_parks_the_account_for_a_person_and_a_new_token_mends_it()
    {
        await using var cluster = await AccountCluster.StartAsync(token: "sim-expired");
        var run = await AskAsync(cluster, SyncJob.Incremental);
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => (await cluster.Grain.GetStatusAsync())!.Health == "token_dead", "the account is parked");

        await cluster.ConnectAsync(cluster.Simulator.AccessToken);
        await cluster.Grain.RefreshAsync();
        var again = await AskAsync(cluster, SyncJob.Incremental);
        await cluster.Grain.RefreshAsync();

        await SucceededAsync(cluster, again);
        await cluster.AssertTruthAsync();
        Assert.NotEqual("running", await StatusAsync(cluster, run));
    }

    [Fact]
    public async Task Pausing_in_sql_stops_the_account_and_enabling_starts_it_again()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: true, interval: TimeSpan.FromSeconds(2));
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'succeeded'") >= 1, "it runs");

        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = false");
        await cluster.Grain.RefreshAsync();

        Assert.Equal("paused", (await cluster.Grain.GetStatusAsync())!.Health);
        await Eventually.TrueAsync(async () => (await cluster.Grain.GetStatusAsync())!.RunningJob is null, "a run that was under way has ended");
        var runs = await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs");
        await cluster.Grain.WakeAsync();
        Assert.Equal("paused", (await cluster.Grain.GetStatusAsync())!.Health);
        Assert.Equal(runs, await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs"));
        await cluster.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs") > runs, "it runs again");
    }

    [Fact]
    public async Task A_silo_that_dies_in_the_middle_of_a_run_loses_no_request_and_leaves_no_half_slice()
    {
        await using var cluster = await AccountCluster.StartAsync(pageLimit: 3);
        var run = await AskAsync(cluster, SyncJob.Incremental);
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_cursors where active_run is not null") > 0, "the run is under way");

        await cluster.CrashAsync();
        await cluster.Grain.RefreshAsync();

        await SucceededAsync(cluster, run);
        await cluster.AssertTruthAsync();
    }

    [Fact]
    public async Task An_account_that_nobody_knows_says_so()
    {
        await using var cluster = await AccountCluster.StartAsync();
        var nobody = cluster.Grains.AdAccount(cluster.Account with { Account = AdAccountId.Parse("act_999") });

        Assert.False(await nobody.RefreshAsync());
        Assert.Null(await nobody.GetStatusAsync());
    }
}
