using MetaGrains.Engine.Database;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// A row per silo with a heartbeat by the server's clock. One connection holds the service's advisory lock for as long
/// as the silo lives, so two silos never own the same grains; it is free at once when the process dies.
/// </summary>
internal sealed class PostgresMembership(
    IOptions<AdoNetClusteringSiloOptions> options, IOptions<ClusterMembershipOptions> membership, SiloDetails silo, IHostApplicationLifetime lifetime, TimeProvider time, EngineLog log)
    : IMembership, IAsyncDisposable
{
    private const string Engine = "Portable";
    private static readonly TimeSpan JoinPause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stopped = new();
    private readonly NpgsqlDataSource _source =
        PostgresSource.Open("Clustering", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);

    private NpgsqlConnection? _connection;
    private Task _beating = Task.CompletedTask;

    private TimeSpan Period => membership.Value.IAmAliveTablePublishTimeout;

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await PostgresSource.EnsureSchemaAsync(_source, cancellationToken);
        try
        {
            await WaitForLockAsync(cancellationToken);
            await ClaimEngineAsync(cancellationToken);
            await ExecuteAsync("delete from engine.silos where cluster_id = $1", cancellationToken, silo.ClusterId);
            await WriteRowAsync(SiloStatus.Joining, cancellationToken);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public async Task ActivateAsync(CancellationToken cancellationToken)
    {
        await WriteRowAsync(SiloStatus.Active, cancellationToken);
        _beating = BeatAsync();
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _beating;
        try
        {
            await ExecuteAsync("delete from engine.silos where cluster_id = $1 and silo = $2", cancellationToken, silo.ClusterId, silo.SiloAddress.ToParsableString());
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException)
        {
            log.HeartbeatFailed(exception);
        }

        await CloseAsync();
    }

    public async Task<Dictionary<SiloAddress, SiloStatus>> HostsAsync(bool onlyActive)
    {
        const string sql = "select silo, status from engine.silos where cluster_id = $1 and (status = 3 or not $2) and heartbeat_at > clock_timestamp() - 2 * period";
        await using var command = Command(null, sql, silo.ClusterId, onlyActive);
        await using var reader = await command.ExecuteReaderAsync();
        var hosts = new Dictionary<SiloAddress, SiloStatus>();
        while (await reader.ReadAsync())
            hosts[SiloAddress.FromParsableString(reader.GetString(0))] = (SiloStatus)reader.GetInt32(1);
        return hosts;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (options.Value.DataSource is null)
            await _source.DisposeAsync();
    }

    private async Task WaitForLockAsync(CancellationToken cancellationToken)
    {
        var deadline = time.Deadline(membership.Value.MaxJoinAttemptTime);
        for (var told = false; !await TryLockAsync(cancellationToken); told = true)
        {
            var other = await ScalarAsync("select name from engine.silos where cluster_id = $1 order by started_at desc limit 1", cancellationToken, silo.ClusterId) as string ?? "?";
            if (time.GetTimestamp() > deadline)
                throw new OrleansConfigurationException($"Silo {other} still holds service '{silo.ServiceId}'; this engine runs one silo for it.");
            if (!told)
                log.WaitingForSilo(other, silo.ClusterId);
            await Task.Delay(JoinPause, time, cancellationToken);
        }
    }

    // The lock belongs to the session: this connection is kept, and never goes back to a pool with it.
    private async Task<bool> TryLockAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            var made = options.Value.DataSource is null
                ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Value.ConnectionString) { Pooling = false, KeepAlive = 5, TcpKeepAlive = true }.ConnectionString)
                : _source.CreateConnection();
            await made.OpenAsync(cancellationToken);
            _connection = made;
        }

        await using var command = Command(_connection, "select pg_try_advisory_lock(hashtextextended($1, 0))", $"metagrains engine {silo.ServiceId}");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task ClaimEngineAsync(CancellationToken cancellationToken)
    {
        var engine = await ScalarAsync("select engine from engine.cluster where service_id = $1", cancellationToken, silo.ServiceId) as string;
        if (engine is not null && engine != Engine && await OrleansLivesAsync(cancellationToken))
            throw new OrleansConfigurationException($"Service '{silo.ServiceId}' runs on the engine {engine}, and a silo of it is alive. Stop that cluster first.");
        const string sql = """
            insert into engine.cluster as row (service_id, engine, changed_at) values ($1, $2, clock_timestamp())
            on conflict (service_id) do update set engine = excluded.engine, changed_at = excluded.changed_at where row.engine <> excluded.engine
            """;
        await ExecuteAsync(sql, cancellationToken, silo.ServiceId, Engine);
    }

    // A silo of Orleans writes its own row every 5 s, as we configure it; three missed ones and it is gone.
    private async Task<bool> OrleansLivesAsync(CancellationToken cancellationToken)
    {
        if (await ScalarAsync("select to_regclass('orleansmembershiptable') is not null", cancellationToken) is not true)
            return false;
        const string sql = "select exists (select from orleansmembershiptable where deploymentid = $1 and status = 3 and iamalivetime > clock_timestamp() - interval '15 s')";
        return await ScalarAsync(sql, cancellationToken, silo.ClusterId) is true;
    }

    private async Task BeatAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            await Task.Delay(Period, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!_stopped.IsCancellationRequested)
                    await BeatOnceAsync();
            }
            catch (Exception exception)
            {
                log.HeartbeatFailed(exception);
                await CloseAsync();
            }
        }
    }

    // A lost connection has lost the lock. If nobody took it meanwhile all is well.
    private async Task BeatOnceAsync()
    {
        if (_connection is null && !await TryLockAsync(_stopped.Token))
        {
            log.ClusterLost();
            lifetime.StopApplication();
            return;
        }

        await WriteRowAsync(SiloStatus.Active, _stopped.Token);
    }

    private async Task WriteRowAsync(SiloStatus status, CancellationToken cancellationToken)
    {
        const string sql = """
            insert into engine.silos (cluster_id, silo, name, host, gateway, status, period, started_at, heartbeat_at)
            values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp())
            on conflict (cluster_id, silo) do update set gateway = excluded.gateway, status = excluded.status, heartbeat_at = excluded.heartbeat_at
            """;
        var gateway = silo.GatewayAddress.Endpoint;
        await using var command = Command(
            _connection, sql, silo.ClusterId, silo.SiloAddress.ToParsableString(), silo.Name, silo.DnsHostName, gateway.Port == 0 ? "" : gateway.ToString(), (int)status, Period);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } connection)
            return;
        try
        {
            // The end of the session frees the lock too, but the server notices that only a moment later.
            await using var command = Command(connection, "select pg_advisory_unlock_all()");
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and the lock with it.
        }

        await connection.DisposeAsync();
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(null, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(null, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(NpgsqlConnection? connection, string sql, params object[] parameters)
    {
        var command = connection is null ? _source.CreateCommand(sql) : new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
