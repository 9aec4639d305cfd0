using MetaGrains.Testing;

namespace MetaGrains.Silo.Tests.PortableOnly;

public sealed class SecondSiloTests
{
    private static readonly string[] FreePort = ["--listen", "127.0.0.1:0"];

    [Fact]
    public async Task A_second_silo_joins_takes_its_half_and_leaves_it_to_the_first_again()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        using var first = RunningSilo.Start(settings, FreePort);
        await first.ReadyAsync();

        using (var second = RunningSilo.Start(settings, FreePort))
        {
            await second.ReadyAsync();
            await Eventually.TrueAsync(async () => await SharesAsync(database) is ["(128)", "(128)"], "each silo has half of the partitions");
        }

        await Eventually.TrueAsync(async () => await SharesAsync(database) is ["(256)"], "the silo that stays has all of them");
    }

    private static async Task<string[]> SharesAsync(TestDatabase database) =>
        [.. await database.RowsAsync("select partitions from engine.cluster_silos where status = 'active' and partitions > 0")];
}
