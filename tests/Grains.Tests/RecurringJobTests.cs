using MetaGrains.Core.Schedule;
using MetaGrains.Testing;

namespace MetaGrains.Grains.Tests;

/// <summary>An account that is enabled does all of its jobs, with no call from outside.</summary>
public sealed class RecurringJobTests
{
    [Fact]
    public async Task First_fill_objects_and_tier_come_by_themselves_and_a_changed_zone_reads_28_days_once()
    {
        await using var cluster = await AccountCluster.StartAsync(enabled: true, interval: TimeSpan.FromSeconds(3), upkeep: true);
        foreach (var job in new[] { SyncJob.Initial, SyncJob.Entities, SyncJob.Tier })
            await RanAsync(cluster, job);

        await cluster.Database.ExecuteAsync("update ad_accounts set timezone_name = 'Asia/Tokyo'");
        await RanAsync(cluster, SyncJob.Deep);
        await FurtherAsync(cluster);
        // A run that the death of its silo breaks off may say so.
        Assert.Empty(await cluster.Database.RowsAsync("select error_message, job from sync_runs where status = 'failed'"));
        await cluster.CrashAsync();
        await FurtherAsync(cluster);

        Assert.Equal(["(28,t,schedule)"], await cluster.Database.RowsAsync(
            "select window_until - window_since + 1, window_until = (now() at time zone 'Asia/Tokyo')::date - 1, trigger from sync_runs where job = 'deep'"));
    }

    private static async Task FurtherAsync(AccountCluster cluster)
    {
        const string done = "select count(*) from sync_runs where job = 'tier' and status = 'succeeded'";
        var before = await cluster.Database.ScalarAsync<long>(done);
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>(done) > before + 1, "it goes on");
    }

    private static Task RanAsync(AccountCluster cluster, SyncJob job) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = $1 and status = 'succeeded'", job.WireName()) > 0, $"{job.WireName()} runs");
}
