using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>A killed silo of Orleans must not keep its successor out.</summary>
public sealed class SilentSiloTests
{
    [Theory]
    [InlineData(3, 5, true)]
    [InlineData(2, 70, false)]
    [InlineData(5, 70, false)]
    [InlineData(3, 3, false)]
    [InlineData(6, 7, false)]
    public async Task A_listed_silo_that_missed_a_heartbeat_is_silent_and_soon_to_be_buried(int status, int secondsAgo, bool silent)
    {
        await using var database = await DatabaseAsync(status, secondsAgo);

        Assert.Equal(status == 3 ? 1 : 0, (await database.RowsAsync("select address, port, generation from engine.silent_silos('metagrains')")).Count);
        Assert.Empty(await database.RowsAsync("select address from engine.silent_silos('other')"));
        Assert.Equal(silent, await BuryAsync(database));
        Assert.Equal(silent ? "(6,5)" : $"({status},4)", Assert.Single(await database.RowsAsync(
            "select status, version from engine.orleansmembershiptable join engine.orleansmembershipversiontable using (deploymentid)")));
        Assert.False(await BuryAsync(database));
    }

    [Fact]
    public async Task A_heartbeat_counts_by_the_clock_of_the_server()
    {
        await using var database = await DatabaseAsync(status: 3, secondsAgo: 100);
        var statement = await database.ScalarAsync<string>("select querytext from engine.orleansquery where querykey = 'UpdateIAmAlivetimeKey'");
        await using var beat = database.Source.CreateCommand(statement.Replace("@IAmAliveTime", "timestamptz '2001-01-01'", StringComparison.Ordinal));
        foreach (var (name, value) in new (string, object)[] { ("DeploymentId", "metagrains"), ("Address", "10.0.0.1"), ("Port", 11111), ("Generation", 1) })
            beat.Parameters.AddWithValue(name, value);

        await beat.ExecuteNonQueryAsync();

        Assert.False(await BuryAsync(database));
    }

    private static async Task<TestDatabase> DatabaseAsync(int status, int secondsAgo)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("insert into engine.orleansmembershipversiontable (deploymentid, version) values ('metagrains', 4)");
        await database.ExecuteAsync("insert into engine.orleansmembershiptable values ('metagrains', '10.0.0.1', 11111, 1, 's', 'h', $2, 30000, null, now(), now(), now() - $1 * interval '1 s')", secondsAgo, status);
        return database;
    }

    [Fact]
    public async Task Who_was_heard_of_since_it_was_looked_at_is_not_buried()
    {
        await using var database = await DatabaseAsync(status: 3, secondsAgo: 100);

        Assert.False(await database.ScalarAsync<bool>("select engine.bury_silo('metagrains', '10.0.0.1', 11111, 1, now() - interval '200 s')"));
        Assert.True(await BuryAsync(database));
    }

    private static Task<bool> BuryAsync(TestDatabase database) =>
        database.ScalarAsync<bool>("select coalesce((select engine.bury_silo('metagrains', '10.0.0.1', 11111, 1, heard_at) from engine.orleansmembershiptable), false)");
}
