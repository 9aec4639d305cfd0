using System.Net;
using System.Net.Sockets;
using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.Database;

/// <summary>
/// Buries silos that were killed, while this one joins. A silo of Orleans joins only when it reaches all that are listed as
/// active, and where none lives nobody else finds the dead. The portable engine judges by itself and lists none here.
/// </summary>
internal sealed partial class SilentSilos(SiloSettings settings, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Who says nothing for so long is dead to the cluster even if its port is open: a process may be frozen.</summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(15);

    /// <summary>Until it is cancelled, which is no error.</summary>
    public async Task BuryAsync(CancellationToken joined)
    {
        await using var database = NpgsqlDataSource.Create(DatabaseUrl.ForEngine(settings.DirectUrl ?? settings.DatabaseUrl).ConnectionString);
        while (!joined.IsCancellationRequested)
        {
            try
            {
                foreach (var silo in await SilentAsync(database, joined))
                    await BuryAsync(database, silo, joined);
                await Task.Delay(Pause, clock, joined);
            }
            catch (OperationCanceledException) when (joined.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException failure)
            {
                // The silo itself needs the database to join and says so; this only tries on.
                LogFailure(logger, failure);
                await Task.Delay(Pause, clock, joined).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BuryAsync(NpgsqlDataSource database, Silo silo, CancellationToken joined)
    {
        if (silo.Silence < LongSilence && await ListensAsync(silo, joined))
            return;
        await using var command = database.CreateCommand("select engine.bury_silo($1, $2, $3, $4)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        command.Parameters.Add(new() { Value = silo.Address });
        command.Parameters.Add(new() { Value = silo.Port });
        command.Parameters.Add(new() { Value = silo.Generation });
        if (await command.ExecuteScalarAsync(joined) is true)
            LogBuried(logger, silo.Address, silo.Port, silo.Silence.TotalSeconds);
    }

    private async Task<bool> ListensAsync(Silo silo, CancellationToken joined)
    {
        using var deadline = new CancellationTokenSource(Pause, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, joined);
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(new IPEndPoint(IPAddress.Parse(silo.Address), silo.Port), either.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !joined.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<List<Silo>> SilentAsync(NpgsqlDataSource database, CancellationToken joined)
    {
        await using var command = database.CreateCommand("select address, port, generation, silence from engine.silent_silos($1)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        await using var reader = await command.ExecuteReaderAsync(joined);
        var silos = new List<Silo>();
        while (await reader.ReadAsync(joined))
            silos.Add(new Silo(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetTimeSpan(3)));
        return silos;
    }

    [LoggerMessage(EventId = 4003, Level = LogLevel.Warning, Message = "Silo {Address}:{Port} is listed as dead: no heartbeat for {Seconds:0} s")]
    private static partial void LogBuried(ILogger logger, string address, int port, double seconds);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Debug, Message = "Silent silos could not be looked for")]
    private static partial void LogFailure(ILogger logger, Exception failure);

    private sealed record Silo(string Address, int Port, int Generation, TimeSpan Silence);
}
