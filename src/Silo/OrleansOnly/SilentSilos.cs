using System.Net;
using System.Net.Sockets;
using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.OrleansOnly;

/// <summary>
/// Buries silos that were killed. A silo of Orleans joins only when it reaches all that are listed as active, and where
/// none lives nobody else finds the dead; where several die at once, those that live ask each other for probes by way of
/// the dead and need half a minute.
/// </summary>
internal sealed partial class SilentSilos(IServiceProvider services, SiloSettings settings, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Who goes on saying nothing for so long after a heartbeat was missed, while the database answers, and is not reached, has died.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    /// <summary>Who says nothing for so long is dead to the cluster even if its port is open: a process may be frozen.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(15);

    private Dictionary<Silo, long> _silentSince = [];
    private bool _failing;

    /// <summary>Until it is cancelled, which is no error.</summary>
    public async Task BuryAsync(CancellationToken stopping)
    {
        await using var database = NpgsqlDataSource.Create(DatabaseUrl.ForEngine(settings.DirectUrl ?? settings.DatabaseUrl).ConnectionString);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var silent = await SilentAsync(database, stopping);
                // What was not heard of again is counted from the first time that this process saw it so.
                _silentSince = silent.ToDictionary(silo => silo, silo => _silentSince.GetValueOrDefault(silo, clock.GetTimestamp()));
                foreach (var silo in silent)
                    await BuryAsync(database, silo, clock.GetElapsedTime(_silentSince[silo]), stopping);
                _failing = false;
                await Task.Delay(Pause, clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The database is away, or the silo is on its way out: it says so itself, and this only tries on.
                if (!_failing)
                    LogFailure(logger, failure);
                _failing = true;
                _silentSince.Clear();
                await Task.Delay(Pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BuryAsync(NpgsqlDataSource database, Silo silo, TimeSpan silence, CancellationToken stopping)
    {
        // A host that says that nobody listens there knows: a process that is only slow, or frozen, keeps its port.
        var died = await LookAsync(silo, stopping) switch
        {
            Port.Closed => true,
            Port.Silent => silence >= Silence,
            _ => silence >= LongSilence,
        };
        if (!died)
            return;
        LogBuries(logger, silo.Address, silo.Port, silence.TotalSeconds);
        // By way of the membership all silos hear of it at once; before this one has joined, from the table.
        if (services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested)
            await services.GetRequiredService<IClusterMembershipService>().TryKill(SiloAddress.New(IPAddress.Parse(silo.Address), silo.Port, silo.Generation));
        else
            await BuryInTableAsync(database, silo, stopping);
    }

    private static async Task BuryInTableAsync(NpgsqlDataSource database, Silo silo, CancellationToken stopping)
    {
        await using var command = database.CreateCommand("select engine.bury_silo($1, $2, $3, $4, $5)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        command.Parameters.Add(new() { Value = silo.Address });
        command.Parameters.Add(new() { Value = silo.Port });
        command.Parameters.Add(new() { Value = silo.Generation });
        command.Parameters.Add(new() { Value = silo.HeardAt });
        await command.ExecuteNonQueryAsync(stopping);
    }

    private async Task<Port> LookAsync(Silo silo, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(Pause, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(new IPEndPoint(IPAddress.Parse(silo.Address), silo.Port), either.Token);
            return Port.Open;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.ConnectionRefused ? Port.Closed : Port.Silent;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return Port.Silent;
        }
    }

    private static async Task<List<Silo>> SilentAsync(NpgsqlDataSource database, CancellationToken stopping)
    {
        await using var command = database.CreateCommand("select address, port, generation, heard_at from engine.silent_silos($1)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var silos = new List<Silo>();
        while (await reader.ReadAsync(stopping))
            silos.Add(new Silo(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetDateTime(3)));
        return silos;
    }

    [LoggerMessage(EventId = 4003, Level = LogLevel.Warning, Message = "Silo {Address}:{Port} has died: no heartbeat, and it was not reached, for {Seconds:0.0} s; its grains go on elsewhere")]
    private static partial void LogBuries(ILogger logger, string address, int port, double seconds);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning, Message = "Silos that died could not be looked for; it is tried on")]
    private static partial void LogFailure(ILogger logger, Exception failure);

    private enum Port
    {
        Open,
        Closed,
        Silent,
    }

    private sealed record Silo(string Address, int Port, int Generation, DateTime HeardAt);
}
