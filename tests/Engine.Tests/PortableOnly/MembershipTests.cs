using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>The tables in which silos meet.</summary>
public sealed class MembershipTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(false, 1, "1 s", false)]
    [InlineData(false, 3, "300 ms", true)]
    [InlineData(true, 3, "300 ms", false)]
    [InlineData(true, 7, "300 ms", true)]
    [InlineData(false, 7, "400 days", false)]
    public async Task A_silo_is_gone_when_its_lock_is_free_and_its_heartbeat_old_but_not_right_after_a_start_of_the_server(bool locked, int periods, string period, bool gone)
    {
        await using (var one = DatabaseCluster.Builder(_database).Build())
            await one.DeployAsync();
        await using var silo = await _database.Source.OpenConnectionAsync();
        if (locked)
            await ExecuteAsync(silo, "select pg_advisory_lock(hashtextextended('metagrains silo s c 127.0.0.1:1@1', 0))");

        await _database.ExecuteAsync($"""
            insert into engine.silos (service_id, cluster_id, silo, name, host, address, generation, gateway, release, status, period, started_at, heartbeat_at)
            values ('s', 'c', '127.0.0.1:1@1', '', '', '', 1, '', '', 3, interval '{period}', now(), clock_timestamp() - {periods} * interval '{period}')
            """);

        Assert.Equal(gone, await _database.ScalarAsync<bool>("select is_gone from engine.silo_health"));
    }

    [Fact]
    public async Task The_tables_tell_silos_partitions_activations_and_versions_and_a_silo_that_leaves_takes_its_row_away()
    {
        await using var cluster = DatabaseCluster.Builder(_database, 2).AddSiloBuilderConfigurator<LivelySilo>().Build();
        await cluster.DeployAsync();
        await cluster.WaitForLivenessToStabilizeAsync();
        var sleepers = Enumerable.Range(0, 20).Select(i => cluster.GrainFactory.GetGrain<ISleeper>($"{i}"));
        await Task.WhenAll(sleepers.Select(sleeper => sleeper.Remind("wake", TimeSpan.FromHours(1), TimeSpan.FromHours(1))));

        Assert.Equal(["(active,128,2,t)", "(active,128,2,t)"], await _database.RowsAsync("select status, partitions, version, lock_held from engine.cluster_silos"));
        Assert.Equal(
            cluster.Silos.Select(silo => $"({silo.SiloAddress},{silo.SiloAddress.Endpoint},{silo.SiloAddress.Generation},{silo.GatewayAddress.Endpoint})").Order(StringComparer.Ordinal),
            (await _database.RowsAsync("select silo, address, generation, gateway from engine.cluster_silos")).Order(StringComparer.Ordinal));
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select sum(activations) = 20 and sum(reminders) = 20 and max(reminder_lag) = '0' from engine.cluster_silos"), "the silos tell of their grains");
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select count(*) = 256 from engine.cluster_partitions where owner is not null and epoch > 0 and ticked_through > now() - interval '1 min'"), "every partition has an owner and a watermark");

        await cluster.StopSiloAsync(cluster.Silos[0]);

        Assert.Equal([$"({cluster.Silos[1].SiloAddress})"], await _database.RowsAsync("select silo from engine.silos"));
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select partitions = 256 from engine.cluster_silos"), "the other has all");
    }

    [Fact]
    public async Task Clusters_of_several_services_live_in_one_database_and_do_not_see_each_other()
    {
        await using var one = DatabaseCluster.Builder(_database).Build();
        await using var other = DatabaseCluster.Builder(_database).Build();
        await one.DeployAsync();
        await other.DeployAsync();

        var here = await one.GrainFactory.GetGrain<IRoamer>("same").Where();
        var there = await other.GrainFactory.GetGrain<IRoamer>("same").Where();

        Assert.Equal((one.Primary!.SiloAddress, other.Primary!.SiloAddress), (here.Silo, there.Silo));
        Assert.Equal(["(256)", "(256)"], await _database.RowsAsync("select partitions from engine.cluster_silos"));
    }

    [Fact]
    public async Task A_table_of_silos_of_an_older_form_is_made_anew()
    {
        await _database.ExecuteAsync("create schema engine; create table engine.silos (cluster_id text, silo text)");

        await using var cluster = DatabaseCluster.Builder(_database).Build();
        await cluster.DeployAsync();

        Assert.Equal(["(active)"], await _database.RowsAsync("select status from engine.cluster_silos"));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
