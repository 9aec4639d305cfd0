using System.Net;
using System.Net.Sockets;
using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.Database;

/// <summary>
/// Buries silos that were killed. A silo of Orleans joins only when it reaches all that are listed as active, and where
/// none lives nobody else finds the dead; where several die at once, those that live ask each other for probes by way of
/// the dead and need half a minute. The portable engine judges by itself and lists none here.
/// </summary>
internal sealed partial class SilentSilos(SiloSettings settings, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Who goes on saying nothing for so long after a heartbeat was missed, while the database answers, and has closed its port, has died.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    /// <summary>Who says nothing for so long is dead to the cluster even if its port is open: a process may be frozen.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(15);

    private Dictionary<Silo, long> _silentSince = [];

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
                await Task.Delay(Pause, clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException failure)
            {
                // The silo itself needs the database to join and says so; this only tries on.
                LogFailure(logger, failure);
                _silentSince.Clear();
                await Task.Delay(Pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BuryAsync(NpgsqlDataSource database, Silo silo, TimeSpan silence, CancellationToken stopping)
    {
        if (silence < Silence || (silence < LongSilence && await ListensAsync(silo, stopping)))
            return;
        await using var command = database.CreateCommand("select engine.bury_silo($1, $2, $3, $4, $5)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        command.Parameters.Add(new() { Value = silo.Address });
        command.Parameters.Add(new() { Value = silo.Port });
        command.Parameters.Add(new() { Value = silo.Generation });
        command.Parameters.Add(new() { Value = silo.HeardAt });
        if (await command.ExecuteScalarAsync(stopping) is true)
            LogBuried(logger, silo.Address, silo.Port, silence.TotalSeconds);
    }

    private async Task<bool> ListensAsync(Silo silo, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(Pause, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(new IPEndPoint(IPAddress.Parse(silo.Address), silo.Port), either.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
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

    [LoggerMessage(EventId = 4003, Level = LogLevel.Warning, Message = "Silo {Address}:{Port} is listed as dead: no heartbeat for {Seconds:0} s")]
    private static partial void LogBuried(ILogger logger, string address, int port, double seconds);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Debug, Message = "Silent silos could not be looked for")]
    private static partial void LogFailure(ILogger logger, Exception failure);

    private sealed record Silo(string Address, int Port, int Generation, DateTime HeardAt);
}
