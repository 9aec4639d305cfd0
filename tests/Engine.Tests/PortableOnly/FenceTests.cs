using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Who does not own a grain's partition any more writes nothing of it.</summary>
public sealed class FenceTests : IAsyncLifetime
{
    private const string Bump = "update engine.partitions set epoch = epoch + 1";

    private readonly string _key = $"straggler/{Guid.NewGuid():N}";
    private TestDatabase _database = null!;
    private TestCluster _cluster = null!;

    private IStraggler Straggler => _cluster.GrainFactory.GetGrain<IStraggler>(_key);

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        _cluster = DatabaseCluster.Builder(_database).Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_state_is_not_written_in_a_later_epoch_though_nobody_else_has_written(bool exists)
    {
        if (exists)
            await Straggler.Write(1);
        var call = Straggler.WriteAtGate(2, _key);
        await Gate.Named(_key).Reached;

        await _database.ExecuteAsync(Bump);
        Gate.Named(_key).Open();

        await call;
        Assert.Equal([$"not written: {nameof(InconsistentStateException)}"], Journal.Of(_key));
        Assert.Equal(exists ? 1L : 0L, await _database.ScalarAsync<long>("select count(*) from orleansstorage where version = 1"));
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from orleansstorage where version > 1"));
    }

    [Fact]
    public async Task A_new_owner_waits_for_a_write_under_way_and_sees_it()
    {
        await Straggler.Write(1);
        await using var blocker = await _database.Source.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await ExecuteAsync(blocker, "select from orleansstorage for update");

        var write = Straggler.Write(2);
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update orleansstorage%')"), "the write waits inside");
        var bump = _database.ExecuteAsync(Bump);
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query = $1)", Bump), "the new owner waits for the write");
        await transaction.CommitAsync();

        await bump;
        Assert.Equal(2, await write);
        Assert.Equal(2, await _database.ScalarAsync<int>("select version from orleansstorage"));
    }

    [Fact]
    public async Task Neither_a_reminder_nor_a_watermark_is_written_by_who_is_not_the_owner()
    {
        var now = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
        var grain = GrainId.Create("test.straggler", _key);
        var partition = ReminderTimes.PartitionOf(grain);
        await _database.ExecuteAsync("""
            insert into engine.partitions select 'apart', n, 'me', 7 from generate_series(0, 255) as n;
            insert into engine.reminder_partitions select 'apart', n, '2026-02-01' from generate_series(0, 255) as n
            """);
        var (current, stale) = (Table(7, partition), Table(6, partition));
        var entry = new ReminderEntry { GrainId = grain, ReminderName = "r", StartAt = now, Period = TimeSpan.FromHours(1) };

        await Assert.ThrowsAsync<InconsistentStateException>(() => stale.UpsertRow(entry));
        await stale.WriteAsync([new Watermark(partition, now, 6)], CancellationToken.None);
        Assert.Empty((await current.ReadRows(grain)).Reminders);
        Assert.All(await current.ReadAsync(CancellationToken.None), moment => Assert.True(moment < now));

        await current.UpsertRow(entry);
        await current.WriteAsync([new Watermark(partition, now, 7)], CancellationToken.None);
        Assert.Single((await current.ReadRows(grain)).Reminders);
        Assert.Equal(now, (await current.ReadAsync(CancellationToken.None))[partition]);
        await current.DisposeAsync();
        await stale.DisposeAsync();
    }

    private PostgresReminderTable Table(long epoch, int partition)
    {
        var ownership = new Ownership(TimeProvider.System) { Owner = "me" };
        ownership.Take(new Tenure(partition, epoch));
        return new PostgresReminderTable(
            Options.Create(new AdoNetReminderTableOptions { Invariant = "Npgsql", ConnectionString = DatabaseCluster.ConnectionString(_database) }),
            Options.Create(new ClusterOptions { ServiceId = "apart" }),
            ownership);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
