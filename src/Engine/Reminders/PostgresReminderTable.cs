using System.Globalization;
using MetaGrains.Engine.Database;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Storage;

namespace MetaGrains.Engine.Reminders;

/// <summary>Reminders in <c>OrleansRemindersTable</c> as the AdoNet provider keeps them, and the watermarks beside them.</summary>
internal sealed class PostgresReminderTable(IOptions<AdoNetReminderTableOptions> options, IOptions<ClusterOptions> cluster, Ownership ownership) : IReminderTable, IWatermarks, IAsyncDisposable
{
    private const string Columns = "select grainid, remindername, starttime, period, version from orleansreminderstable where serviceid = $1";

    private readonly string _serviceId = cluster.Value.ServiceId;
    private readonly NpgsqlDataSource _source =
        PostgresSource.Open("Reminders", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);

    public Task StartAsync(CancellationToken cancellationToken = default) => PostgresSource.EnsureSchemaAsync(_source, cancellationToken);

    public async Task<ReminderTableData> ReadRows(GrainId grainId) => new(await ReadAsync($"{Columns} and grainid = $2", grainId.ToString()));

    // The column is signed, so the range is compared signed, and wraps where it does there.
    public async Task<ReminderTableData> ReadRows(uint begin, uint end) => new(await ReadAsync(
        (int)begin < (int)end ? $"{Columns} and grainhash > $2 and grainhash <= $3" : $"{Columns} and (grainhash > $2 or grainhash <= $3)", (int)begin, (int)end));

    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await ReadAsync($"{Columns} and grainid = $2 and remindername = $3", grainId.ToString(), reminderName)).FirstOrDefault();

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        const string sql = """
            with fence as materialized (select from engine.partitions where service_id = $1 and partition = $7 and owner = $8 and epoch = $9 for share)
            insert into orleansreminderstable as row (serviceid, grainid, remindername, starttime, period, grainhash, version)
            select $1, $2, $3, $4, $5, $6, 0 where $8 is null or exists (select from fence)
            on conflict (serviceid, grainid, remindername) do update
              set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = row.version + 1
            returning version
            """;
        await using var command = Command(
            sql, entry.GrainId.ToString(), entry.ReminderName, DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc),
            (long)entry.Period.TotalMilliseconds, (int)entry.GrainId.GetUniformHashCode());
        var partition = ReminderTimes.PartitionOf(entry.GrainId);
        AddFence(command, partition, ownership.EpochOf(partition));
        return await command.ExecuteScalarAsync() is int version
            ? version.ToString(CultureInfo.InvariantCulture)
            : throw new InconsistentStateException($"Reminder '{entry.ReminderName}' of {entry.GrainId} cannot be written here: another silo owns the grain.");
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        const string sql = "delete from orleansreminderstable where serviceid = $1 and grainid = $2 and remindername = $3 and version = $4";
        await using var command = Command(sql, grainId.ToString(), reminderName, int.Parse(eTag, CultureInfo.InvariantCulture));
        return await command.ExecuteNonQueryAsync() == 1;
    }

    public async Task TestOnlyClearTable()
    {
        await using var command = Command("delete from orleansreminderstable where serviceid = $1");
        await command.ExecuteNonQueryAsync();
    }

    public async Task<DateTime?[]> ReadAsync(CancellationToken cancellationToken)
    {
        var reached = new DateTime?[ReminderTimes.Partitions];
        await using var command = Command("select partition, ticked_through from engine.reminder_partitions where service_id = $1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            reached[reader.GetInt32(0)] = reader.GetDateTime(1);
        return reached;
    }

    public async Task WriteAsync(IReadOnlyCollection<Watermark> moved, CancellationToken cancellationToken)
    {
        const string sql = """
            with moved as (select * from unnest($2::integer[], $3::timestamptz[], $4::bigint[]) as moved (partition, ticked_through, epoch)),
            fence as materialized (
              select owned.partition from engine.partitions as owned join moved using (partition, epoch)
              where owned.service_id = $1 and owned.owner = $5 order by owned.partition for share of owned)
            insert into engine.reminder_partitions as row (service_id, partition, ticked_through)
            select $1, partition, ticked_through from moved where $5 is null or partition in (select partition from fence)
            on conflict (service_id, partition) do update set ticked_through = excluded.ticked_through
            where excluded.ticked_through > row.ticked_through
            """;
        if (moved.Count == 0)
            return;
        await using var command = Command(
            sql, moved.Select(one => one.Partition).ToArray(), moved.Select(one => one.TickedThrough).ToArray(), moved.Select(one => one.Epoch).ToArray());
        command.Parameters.Add(Owner());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => options.Value.DataSource is null ? _source.DisposeAsync() : ValueTask.CompletedTask;

    private async Task<List<ReminderEntry>> ReadAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<ReminderEntry>();
        while (await reader.ReadAsync())
        {
            rows.Add(new ReminderEntry
            {
                GrainId = GrainId.Parse(reader.GetString(0)),
                ReminderName = reader.GetString(1),
                StartAt = reader.GetDateTime(2),
                Period = TimeSpan.FromMilliseconds(reader.GetInt64(3)),
                ETag = reader.GetInt32(4).ToString(CultureInfo.InvariantCulture),
            });
        }

        return rows;
    }

    private void AddFence(NpgsqlCommand command, int partition, long epoch)
    {
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        command.Parameters.Add(Owner());
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = epoch });
    }

    private NpgsqlParameter Owner() => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)ownership.Owner ?? DBNull.Value };

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = _source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = _serviceId });
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
