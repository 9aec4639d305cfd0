using System.Globalization;
using MetaGrains.Core.Schedule;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>Accounts wake themselves.</summary>
public sealed class WakingTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Enabled_over_rest_an_account_wakes_itself_again_and_again_with_no_call_from_outside_also_after_the_silo_was_killed()
    {
        await using var system = await LiveSystem.StartAsync(api: true);
        await UseShortIntervalAsync(system);

        var status = await system.SendAsync(HttpMethod.Put, $"{system.AccountUrl}/sync", new { enabled = true, tier = "high" });
        Assert.True(status.GetProperty("enabled").GetBoolean());
        await system.Api!.KillAsync();

        await TierRunsAsync(system, 3);
        await system.ReplaceSiloAsync();
        await TierRunsAsync(system, await CountAsync(system) + 2);
        Assert.Equal(1, await system.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial'"));
        Assert.Equal(0, await system.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'failed'"));
    }

    [Fact]
    public async Task After_an_outage_longer_than_its_interval_an_account_catches_up_with_exactly_one_run()
    {
        await using var system = await LiveSystem.StartAsync();
        await UseShortIntervalAsync(system);
        await system.Database.ExecuteAsync("update ad_accounts set enabled = true");
        await TierRunsAsync(system, 1);

        await system.Silo!.KillAsync();
        await system.UntilAsync($"max(started_at) < now() - interval '{3 * Interval.TotalSeconds} s' from sync_runs", "three due times have passed");
        var back = await system.Database.ScalarAsync<DateTime>("select now()");
        await system.StartSiloAsync();

        // The first run after the outage, and the due time after it: between them nothing more may start.
        await system.UntilAsync($"exists (select from sync_runs where job = 'tier' and status = 'succeeded' and started_at > '{back:O}')", "it catches up");
        var caughtUp = await system.Database.ScalarAsync<DateTime>($"select min(started_at) from sync_runs where job = 'tier' and started_at > '{back:O}'");
        var next = SyncSchedule.NextAfter(new DateTimeOffset(caughtUp), Interval, AccountOffset.Of(system.Account));
        await system.UntilAsync($"exists (select from sync_runs where job = 'tier' and started_at >= '{next:O}')", "it goes on at its due times");
        Assert.Equal(
            1,
            await system.Database.ScalarAsync<long>($"select count(*) from sync_runs where job = 'tier' and started_at > '{back:O}' and started_at < '{next:O}'"));
    }

    private static Task UseShortIntervalAsync(LiveSystem system) => system.Database.ExecuteAsync(
        "update ad_accounts set settings = $1::jsonb", $$"""{"interval_seconds": {{Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}}""");

    private static Task<long> CountAsync(LiveSystem system) =>
        system.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'tier' and trigger = 'schedule' and status = 'succeeded'");

    private static Task TierRunsAsync(LiveSystem system, long atLeast) =>
        Testing.Eventually.TrueAsync(async () => await CountAsync(system) >= atLeast, $"{atLeast} runs by itself; the silo says: {system.Silo?.Log}");
}
