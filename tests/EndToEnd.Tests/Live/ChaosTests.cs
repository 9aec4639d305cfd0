using MetaGrains.Testing;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>What can happen to processes: <see cref="ChaosCluster.HealsAsync"/>.</summary>
[Collection("chaos")]
public sealed class ChaosTests
{
    // Far longer than any lease or probe lets a silo be silent.
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(20);

    [Fact]
    public Task One_of_three_is_killed() => HealsAsync(cluster => cluster.KillAsync(1));

    [Fact]
    public Task Two_of_three_are_killed_at_once() => HealsAsync(cluster => cluster.KillAsync(2));

    [Fact]
    public Task All_are_killed_and_one_comes_back() => HealsAsync(async cluster =>
    {
        await cluster.KillAsync(3);
        await cluster.StartSiloAsync();
    });

    [Fact]
    public Task One_is_frozen_for_longer_than_anything_lasts_and_thaws() => HealsAsync(async cluster =>
    {
        await cluster.Silos[0].FreezeAsync();
        var began = TimeProvider.System.GetTimestamp();
        await cluster.OnScheduleAsync();
        await Eventually.TrueAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > Frozen), "it was away for long");
        await cluster.Silos[0].ThawAsync();
    });

    [Fact]
    public Task All_are_replaced_one_after_the_other() => HealsAsync(async cluster =>
    {
        for (var number = 0; number < 3; number++)
        {
            await cluster.StartSiloAsync();
            await cluster.Silos[0].StopAsync();
            await cluster.RemoveAsync();
        }
    });

    [Fact]
    public Task The_api_is_killed_and_comes_back() => HealsAsync(api: true, fault: async cluster =>
    {
        await cluster.System.Api!.KillAsync();
        await cluster.System.Api.DisposeAsync();
        await cluster.OnScheduleAsync();

        await cluster.System.StartApiAsync();

        var run = (await cluster.System.SendAsync(HttpMethod.Post, $"{cluster.System.AccountUrl}/sync/runs", new { job = "tier" })).GetProperty("run_id").GetInt64();
        await cluster.System.UntilAsync($"status = 'succeeded' from sync_runs where run_id = {run}", "what the new one accepted is done");
    });

    private static async Task HealsAsync(Func<ChaosCluster, Task> fault, bool api = false)
    {
        await using var cluster = await ChaosCluster.StartAsync(api: api);

        await cluster.HealsAsync(() => fault(cluster));
    }
}
