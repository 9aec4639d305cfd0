using System.Net;
using System.Text.Json;
using MetaGrains.Engine.Database;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// The cluster in <c>engine.silos</c> and <c>engine.partitions</c>. One connection holds the silo's advisory lock for as
/// long as the silo is connected, so that others see at once when its process dies, and hears what others announce.
/// </summary>
internal sealed class PostgresClusterTable(IOptions<AdoNetClusteringSiloOptions> options, IOptions<ClusterMembershipOptions> membership, SiloDetails silo, TimeProvider time, EngineLog log)
    : IClusterTable, IAsyncDisposable
{
    // So the server soon forgets a silo whose host is gone, which frees its lock.
    private const string Session = "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; set tcp_user_timeout = '10s'; set application_name = 'metagrains silo'";

    private readonly NpgsqlDataSource _source =
        PostgresSource.Open("Clustering", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);

    private NpgsqlConnection? _connection;
    private bool _locked;
    private bool _heard;

    public bool IsShared => true;

    public bool IsLeased => true;

    private string Me => silo.SiloAddress.ToParsableString();

    private string Channel => $"metagrains_{StableHash.Compute($"{silo.ServiceId} {silo.ClusterId}"):x8}";

    public async Task JoinAsync(SiloReport report, CancellationToken cancellationToken)
    {
        await PostgresSource.EnsureSchemaAsync(_source, cancellationToken);
        await new ClusterClaim(_source, silo, membership.Value, time, log).MakeAsync(cancellationToken);
        await BeatAsync(report, judge: false, announce: false, cancellationToken);
        if (!_locked)
            throw new OrleansConfigurationException($"Another silo runs as {Me}: start this one again, or give it another port.");
        await ForgetOldAsync(cancellationToken);
    }

    public async Task<ClusterView> BeatAsync(SiloReport report, bool judge, bool announce, CancellationToken cancellationToken)
    {
        var connection = _connection ?? await ConnectAsync(cancellationToken);
        if (!_locked)
            _locked = (bool)(await ScalarAsync(connection, "select pg_try_advisory_lock(hashtextextended('metagrains silo ' || $1 || ' ' || $2 || ' ' || $3, 0))", cancellationToken))!;
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, ClusterSql.Beat, [.. Identity(), .. Facts(report)]);
        if (judge)
            Add(batch, ClusterSql.Judge, Identity());
        if (announce)
            Add(batch, "select pg_notify($1, '')", [new NpgsqlParameter { Value = Channel }]);
        Add(batch, ClusterSql.Silos, Identity()[..2]);
        Add(batch, ClusterSql.Partitions, Identity()[..1]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        // Only the queries have columns of their own; the notification has one that nobody wants.
        while (reader.FieldCount < 2)
            await reader.NextResultAsync(cancellationToken);
        var silos = await ReadSilosAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new ClusterView(silos, await ReadPartitionsAsync(reader, cancellationToken));
    }

    public async Task<IReadOnlyList<Tenure>> TakeAsync(ClusterView view, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        var connection = _connection ?? await ConnectAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, ClusterSql.Take, [.. Identity(), Array(partitions), Array(partitions.Select(partition => view.Partitions[partition].Epoch))]);
        Add(batch, "select pg_notify($1, '')", [new NpgsqlParameter { Value = Channel }]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var taken = new List<Tenure>();
        while (await reader.ReadAsync(cancellationToken))
            taken.Add(new Tenure(reader.GetInt32(0), reader.GetInt64(1)));
        return taken;
    }

    // Over the pool: the connection above may be waiting.
    public async Task FreeAsync(IReadOnlyCollection<Tenure> tenures, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, ClusterSql.Free, [.. Identity(), Array(tenures.Select(tenure => tenure.Partition)), Array(tenures.Select(tenure => tenure.Epoch))]);
        Add(batch, "select pg_notify($1, '')", [new NpgsqlParameter { Value = Channel }]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (!_heard)
        {
            if (_connection is { } connection)
                await connection.WaitAsync(cancellationToken);
            else
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }

        _heard = false;
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "delete from engine.silos where service_id = $1 and cluster_id = $2 and silo = $3", Identity());
        Add(batch, "select pg_notify($1, '')", [new NpgsqlParameter { Value = Channel }]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // The end of the session frees the lock.
    public async ValueTask DropAsync()
    {
        _locked = false;
        if (Interlocked.Exchange(ref _connection, null) is not { } connection)
            return;
        // One of a given pool would go back there with its lock.
        if (options.Value.DataSource is not null)
            NpgsqlConnection.ClearPool(connection);
        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        if (options.Value.DataSource is null)
            await _source.DisposeAsync();
    }

    // Not pooled: a session with a lock goes back to nobody.
    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = options.Value.DataSource is null
            ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Value.ConnectionString) { Pooling = false, TcpKeepAlive = true, TcpKeepAliveTime = 5, TcpKeepAliveInterval = 2, CancellationTimeout = -1 }.ConnectionString)
            : _source.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"{Session}; listen {Channel}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            connection.Notification += (_, told) => _heard |= told.PID != connection.ProcessID;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    // A silo that stood at the same address died before this one could listen there; rows of the long dead go.
    private async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("""
            delete from engine.silos using engine.silo_health as old
            where silos.service_id = $1 and silos.cluster_id = $2 and silos.silo <> $3
              and old.service_id = $1 and old.cluster_id = $2 and old.silo = silos.silo
              and ((not old.lock_held and old.address = $4) or (old.status = 6 and old.silence > $5))
            """);
        foreach (var parameter in Identity().Append(new() { Value = silo.SiloAddress.Endpoint.ToString() }).Append(new() { Value = membership.Value.DefunctSiloExpiration }))
            command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlParameter[] Identity() => [new() { Value = silo.ServiceId }, new() { Value = silo.ClusterId }, new() { Value = Me }];

    private NpgsqlParameter[] Facts(SiloReport report)
    {
        var gateway = silo.GatewayAddress.Endpoint;
        return
        [
            new() { Value = silo.Name }, new() { Value = silo.DnsHostName }, new() { Value = silo.SiloAddress.Endpoint.ToString() }, new() { Value = silo.SiloAddress.Generation },
            new() { Value = gateway.Port == 0 ? "" : gateway.ToString() }, new() { Value = silo.Release }, new() { Value = (int)report.Status },
            new() { Value = membership.Value.IAmAliveTablePublishTimeout }, new() { Value = report.Activations }, new() { Value = report.Reminders },
            new() { Value = report.ReminderLag }, new() { Value = JsonSerializer.Serialize(report.Grains), NpgsqlDbType = NpgsqlDbType.Jsonb },
        ];
    }

    private static NpgsqlParameter Array<T>(IEnumerable<T> values) => new() { Value = values.ToArray() };

    private static void Add(NpgsqlBatch batch, string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    private async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(Identity());
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<List<SiloRow>> ReadSilosAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var silos = new List<SiloRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var gateway = reader.GetString(1);
            silos.Add(new SiloRow(
                SiloAddress.FromParsableString(reader.GetString(0)),
                gateway.Length == 0 ? null : IPEndPoint.Parse(gateway),
                (SiloStatus)reader.GetInt32(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetTimeSpan(3),
                JsonSerializer.Deserialize<Dictionary<string, int>>(reader.GetString(4))!,
                reader.GetInt32(5)));
        }

        return silos;
    }

    private static async Task<PartitionRow[]> ReadPartitionsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var partitions = new PartitionRow[ReminderTimes.Partitions];
        while (await reader.ReadAsync(cancellationToken))
        {
            var owner = await reader.IsDBNullAsync(1, cancellationToken) ? null : SiloAddress.FromParsableString(reader.GetString(1));
            partitions[reader.GetInt32(0)] = new PartitionRow(owner, reader.GetInt64(2));
        }

        return partitions;
    }
}
