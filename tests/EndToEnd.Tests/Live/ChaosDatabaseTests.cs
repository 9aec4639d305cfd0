using System.Globalization;
using MetaGrains.Testing;
using MetaGrains.Warehouse;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>What can happen to PostgreSQL, and to the way there: <see cref="ChaosCluster.HealsAsync"/>.</summary>
[Collection("chaos")]
public sealed class ChaosDatabaseTests
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_connection_to_the_database_breaks()
    {
        await using var cluster = await ChaosCluster.StartAsync();

        await cluster.HealsAsync(async () =>
        {
            await using var connection = await cluster.System.Database.Source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
            await command.ExecuteNonQueryAsync();
        });
    }

    [Fact]
    public async Task The_server_ends_at_once_and_is_started_again_and_later_is_away_for_half_a_minute()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var cluster = await ChaosCluster.StartAsync(server: postgres.Server);
        var silos = cluster.Silos.ToArray();

        await cluster.HealsAsync(async () =>
        {
            await postgres.GoAsync();
            await ComeAsync(postgres, cluster);
        });
        await cluster.HealsAsync(async () =>
        {
            await postgres.GoAsync();
            var began = TimeProvider.System.GetTimestamp();
            await Eventually.TrueAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > Away - TimeSpan.FromSeconds(2)), "it is away for long");
            await ComeAsync(postgres, cluster);
        });

        Assert.All(silos, silo => Assert.False(silo.HasEnded, silo.Log));
    }

    [Fact]
    public async Task One_silo_is_cut_off_from_the_database_and_not_from_the_others()
    {
        Line? line = null;
        await using var cluster = await ChaosCluster.StartAsync((number, cluster) => number > 0 ? cluster.System.NewSiloAsync() : StartOnLineAsync(cluster));
        await using var _ = line!;

        await cluster.HealsAsync(async () =>
        {
            line!.Cut();
            await cluster.OnScheduleAsync();
            line.Mend();
            await cluster.ReplaceEndedAsync();
        });

        Task<HostProcess> StartOnLineAsync(ChaosCluster cluster)
        {
            var server = DatabaseUrl.Parse(cluster.System.Database.Url);
            line = Line.To(server.Host!, server.Port);
            return cluster.System.NewSiloAsync([], new() { ["METAGRAINS_DATABASE_URL"] = cluster.System.DatabaseUrlBy("127.0.0.1", line.Port) }, "127.0.0.1");
        }
    }

    [Fact]
    public async Task A_silo_that_is_frozen_in_the_middle_of_a_publish_keeps_nobody_from_its_account()
    {
        await using var cluster = await ChaosCluster.StartAsync((number, cluster) => cluster.System.NewSiloAsync(
            [], new() { ["METAGRAINS_DATABASE_URL"] = cluster.System.DatabaseUrlAs($"silo{number}") }, "127.0.0.1"));

        await cluster.HealsAsync(async () =>
        {
            HostProcess publishes;
            await using (var connection = await cluster.System.Database.Source.OpenConnectionAsync())
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                await using var hold = connection.CreateCommand();
                hold.CommandText = "lock table data_freshness_marks in exclusive mode";
                await hold.ExecuteNonQueryAsync();
                publishes = await PublishesAsync(cluster);
                await publishes.FreezeAsync();
                await transaction.RollbackAsync();
            }

            await cluster.OnScheduleAsync();
            await publishes.ThawAsync();
        });
    }

    // It holds its pen by then. Entities are marked in the same table, by a job with a pen of its own.
    private static async Task<HostProcess> PublishesAsync(ChaosCluster cluster)
    {
        IReadOnlyList<string> waits = [];
        await Eventually.TrueAsync(
            async () => (waits = await cluster.System.Database.RowsAsync("""
                select application_name from pg_locks join pg_stat_activity using (pid)
                where not granted and relation = 'data_freshness_marks'::regclass and application_name like 'silo%' and query like '%latest_data_date%'
                """)).Count > 0, "a silo is publishing");
        return cluster.Silos[int.Parse(waits[0].Trim('(', ')')["silo".Length..], CultureInfo.InvariantCulture)];
    }

    private static async Task ComeAsync(PrivatePostgres postgres, ChaosCluster cluster)
    {
        await postgres.ComeAsync();
        // The test's own pool was cut off, too.
        cluster.System.Database.Source.Clear();
    }
}
