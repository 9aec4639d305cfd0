using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Sweeps;
using MetaGrains.Testing;

namespace MetaGrains.Grains.Tests;

public sealed class SweepGrainTests
{
    private static Task RunsAsync(AccountCluster cluster, string job, long runs) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = $1 and status = 'succeeded' and trigger = 'schedule'", job) >= runs,
        $"{runs} runs of {job} by itself");

    private static Task OverdueAsync(AccountCluster cluster) =>
        cluster.Database.ExecuteAsync("update account_schedule set next_due_at = now() - interval '1 hour'");

    [Fact]
    public async Task Every_sweep_has_a_reminder_at_a_place_of_its_own_in_the_period()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: false, upkeep: true);

        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("sweep/") == SweepKey.Count, "all sweeps have one");

        // The period is a second here, and the engine takes some milliseconds to note a reminder: a few may meet.
        Assert.InRange(await cluster.Database.ScalarAsync<long>(
            "select count(distinct round(extract(epoch from starttime) * 1000)::bigint % period) from engine.orleansreminderstable where grainid like '%/sweep/%'"), SweepKey.Count * 3 / 4, SweepKey.Count);
    }

    [Fact]
    public async Task An_overdue_account_whose_reminder_is_lost_is_woken_by_its_sweep_and_gets_its_reminder_back()
    {
        await using var cluster = await AccountCluster.StartAsync(upkeep: true);
        await RunsAsync(cluster, "initial", 1);
        Assert.Equal(1, await cluster.RemindersAsync("acct/"));

        await cluster.CrashAsync(async () =>
        {
            await cluster.Database.ExecuteAsync("delete from engine.orleansreminderstable where grainid like '%/acct/%'");
            await OverdueAsync(cluster);
        });

        await RunsAsync(cluster, "tier", 1);
        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("acct/") == 1, "the reminder is back");
    }

    [Fact]
    public async Task Who_is_due_is_woken_at_once_when_an_operator_asks_and_who_is_not_is_left_alone()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await cluster.Grain.RefreshAsync();
        await RunsAsync(cluster, "initial", 1);
        await cluster.RestsAsync();
        var sweep = cluster.Grains.Sweep(SweepKey.Of(cluster.Account));
        Assert.Equal(new SweepReport(0, 0), await sweep.RunAsync());

        await cluster.CrashAsync(() => OverdueAsync(cluster));
        sweep = cluster.Grains.Sweep(SweepKey.Of(cluster.Account));

        Assert.Equal(new SweepReport(1, 1), await sweep.RunAsync());
        await RunsAsync(cluster, "tier", 1);
    }

    [Fact]
    public async Task Where_more_is_due_than_a_silo_begins_at_once_it_waits_its_turn_says_so_and_is_called()
    {
        await using var cluster = await AccountCluster.StartAsync(startsPerSecond: 0.2);

        await cluster.Grain.RefreshAsync();

        await Eventually.TrueAsync(
            async () => (await cluster.Grain.GetStatusAsync())!.Facts.Any(fact => fact.Text.Contains("its silo begins them one after the other", StringComparison.Ordinal)),
            "the second job waits its turn");
        await RunsAsync(cluster, "entities", 1);
        var pause = await cluster.Database.ScalarAsync<double>(
            "select extract(epoch from max(started_at) - min(started_at))::float8 from sync_runs where job in ('initial', 'entities')");
        Assert.InRange(pause, 3, 15);
    }

    [Fact]
    public async Task A_run_that_somebody_asked_for_does_not_stand_in_line()
    {
        await using var cluster = await AccountCluster.StartAsync(startsPerSecond: 0.01);
        await cluster.Grain.RefreshAsync();
        await RunsAsync(cluster, "initial", 1);

        await new Warehouse.Control.RunQueue(cluster.Database.Source, TimeProvider.System).AskAsync(
            cluster.Account, new Warehouse.Control.RunAsk(Core.Schedule.SyncJob.Tier, null, null, "test"), default);
        await cluster.Grain.RefreshAsync();

        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where trigger = 'test' and status = 'succeeded'") == 1, "the run is done");
    }

    [Fact]
    public async Task The_tick_of_an_account_that_is_gone_removes_its_reminder_and_its_state()
    {
        await using var cluster = await AccountCluster.StartAsync(interval: TimeSpan.FromSeconds(1));
        await cluster.Database.ExecuteAsync("update ad_accounts set integration_id = null");
        await cluster.Grain.RefreshAsync();
        Assert.Equal(1, await cluster.RemindersAsync("acct/"));

        await cluster.CrashAsync(() => cluster.Database.ExecuteAsync("delete from ad_accounts"));

        await Eventually.TrueAsync(async () => await cluster.RemindersAsync("acct/") == 0, "the reminder is gone");
        Assert.False(await cluster.Grain.RefreshAsync());
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from engine.orleansstorage where payloadbinary is not null and graintypestring like '%ad-account%'"));
    }
}
