using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>What operators see and ask of silos, whichever engine runs.</summary>
public sealed class ClusterOverviewTests
{
    [Fact]
    public async Task Silos_of_orleans_are_shown_with_what_its_tables_tell()
    {
        await using var database = await DatabaseAsync();

        var silos = await new ClusterDirectory(database.Source).SilosAsync("metagrains", default);

        Assert.Equal(
            [("10.0.0.1:11111@1", "one", "10.0.0.1:30000", "active"), ("10.0.0.2:11111@2", "two", null, "draining"), ("10.0.0.3:11111@3", "three", "10.0.0.3:30000", "dead")],
            silos.Select(silo => (silo.Silo, silo.Name, silo.Gateway, silo.Status)));
        Assert.All(silos, silo => Assert.Equal(("Orleans", "host", null, null, null), (silo.Engine, silo.Host, silo.Release, silo.Partitions, silo.DrainAskedAt)));
    }

    [Theory]
    [InlineData("10.0.0.1:11111@1", "10.0.0.1:11111@1")]
    [InlineData("10.0.0.1:11111", "10.0.0.1:11111@1")]
    [InlineData("one", "10.0.0.1:11111@1")]
    [InlineData("three", null)]
    [InlineData("10.0.0.1", null)]
    [InlineData("nobody", null)]
    public async Task A_silo_that_lives_can_be_asked_to_leave_by_its_address_or_name(string named, string? asked)
    {
        await using var database = await DatabaseAsync();
        var cluster = new ClusterDirectory(database.Source);

        Assert.Equal(asked, await cluster.DrainAsync("metagrains", named, default));
        var first = await database.RowsAsync("select * from engine.drains");
        Assert.Equal(asked, await cluster.DrainAsync("metagrains", named, default));

        Assert.Equal(first, await database.RowsAsync("select * from engine.drains"));
        Assert.Equal(asked is not null, await cluster.IsToDrainAsync("metagrains", "10.0.0.1:11111@1", default));
        Assert.False(await cluster.IsToDrainAsync("metagrains", "10.0.0.1:11111@2", default));
        Assert.Equal(asked, (await cluster.SilosAsync("metagrains", default)).SingleOrDefault(silo => silo.DrainAskedAt is not null)?.Silo);
    }

    private static async Task<TestDatabase> DatabaseAsync()
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("""
            insert into engine.orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime, heard_at)
            select 'metagrains', '10.0.0.' || number, 11111, number, name, 'host', status, gateway, now() + number * interval '1 s', now(), now() - ago * interval '1 minute'
            from (values (1, 'one', 3, 30000, 0), (2, 'two', 4, 0, 0), (3, 'three', 6, 30000, 59), (4, 'four', 6, 30000, 61)) as silo (number, name, status, gateway, ago)
            """);
        return database;
    }
}
