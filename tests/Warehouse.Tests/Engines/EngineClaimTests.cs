using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>Only one engine runs a service at a time.</summary>
public sealed class EngineClaimTests
{
    [Fact]
    public async Task Silos_of_one_engine_start_beside_each_other_and_another_service_is_free()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();

        Assert.Null(await ClaimAsync(database, "Orleans"));
        Assert.Null(await ClaimAsync(database, "Orleans"));
        Assert.Null(await ClaimAsync(database, "Portable", service: "other"));

        Assert.Equal(["(metagrains,Orleans)", "(other,Portable)"], await database.RowsAsync("select service_id, engine from engine.cluster order by 1"));
    }

    [Fact]
    public async Task An_engine_waits_while_a_silo_of_the_other_may_still_be_starting()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await ClaimAsync(database, "Orleans");

        Assert.Equal("a silo of the engine Orleans is starting", await ClaimAsync(database, "Portable"));
        await database.ExecuteAsync("update engine.cluster set changed_at = changed_at - interval '11 s'");

        Assert.Null(await ClaimAsync(database, "Portable"));
    }

    [Theory]
    [InlineData("Orleans", 12, 3, true)]
    [InlineData("Orleans", 12, 2, true)]
    [InlineData("Orleans", 12, 6, false)]
    [InlineData("Orleans", 18, 3, false)]
    [InlineData("Portable", 9, 3, true)]
    [InlineData("Portable", 11, 3, false)]
    public async Task An_engine_is_refused_while_a_silo_of_the_other_shows_signs_of_life(string living, int secondsAgo, int status, bool refused)
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await database.ExecuteAsync("insert into engine.cluster values ('metagrains', $1, now() - interval '1 h')", living);
        await PutSiloAsync(database, living, secondsAgo, status);
        var other = living == "Orleans" ? "Portable" : "Orleans";

        Assert.Equal(refused ? $"silo 10.0.0.1:11111{(living == "Portable" ? "@1" : "")} of the engine {living} is alive" : null, await ClaimAsync(database, other));
        Assert.Equal(refused ? living : other, await database.ScalarAsync<string>("select engine from engine.cluster"));
        if (refused)
            Assert.Null(await ClaimAsync(database, living));
    }

    private static Task PutSiloAsync(TestDatabase database, string engine, int secondsAgo, int status) => engine == "Orleans"
        ? database.ExecuteAsync("insert into engine.orleansmembershiptable values ('metagrains', '10.0.0.1', 11111, 1, 's', 'h', $2, 30000, null, now(), now(), now() - $1 * interval '1 s')", secondsAgo, status)
        : database.ExecuteAsync($"""
            create table engine.silos (cluster_id text, silo text, period interval, heartbeat_at timestamptz);
            insert into engine.silos values ('metagrains', '10.0.0.1:11111@1', '5 s', now() - interval '{secondsAgo} s')
            """);

    private static async Task<string?> ClaimAsync(TestDatabase database, string engine, string service = "metagrains")
    {
        await using var command = database.Source.CreateCommand("select engine.claim($1, $1, $2)");
        command.Parameters.Add(new() { Value = service });
        command.Parameters.Add(new() { Value = engine });
        return await command.ExecuteScalarAsync() as string;
    }
}
