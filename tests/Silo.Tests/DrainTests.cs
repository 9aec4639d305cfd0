using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Silo.Tests;

/// <summary>An operator lets a silo leave from another machine.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task A_silo_that_is_asked_to_leave_ends_in_order_and_the_other_stays()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        var cluster = new ClusterDirectory(database.Source);
        using var first = RunningSilo.Start(settings, "--listen", "127.0.0.1:0");
        await first.ReadyAsync();
        var one = Assert.Single(await ActiveAsync(cluster));
        using var second = RunningSilo.Start(settings, "--listen", "127.0.0.1:0");
        await second.ReadyAsync();
        IReadOnlyList<SiloRecord> seen = [];
        await Eventually.TrueAsync(
            async () => (seen = await cluster.SilosAsync("metagrains", default)).Count(silo => silo.Status == "active") == 2,
            () => $"both are in: {string.Join("; ", seen.Select(silo => $"{silo.Silo} is {silo.Status}, heard of at {silo.HeartbeatAt:O}"))}; the first {first.LastWords ?? "runs"}, the second {second.LastWords ?? "runs"}");

        Assert.Equal(one.Silo, await cluster.DrainAsync("metagrains", one.Silo, default));

        Assert.Equal(0, (await first.EndAsync()).ExitCode);
        var stays = Assert.Single(await ActiveAsync(cluster));
        Assert.NotEqual(one.Silo, stays.Silo);
        Assert.Equal(BuildEngine, stays.Engine);
    }

    private static string BuildEngine => AppContext.BaseDirectory.Contains("Orleans", StringComparison.Ordinal) ? "Orleans" : "Portable";

    private static async Task<IReadOnlyList<SiloRecord>> ActiveAsync(ClusterDirectory cluster) =>
        [.. (await cluster.SilosAsync("metagrains", default)).Where(silo => silo.Status == "active")];
}
