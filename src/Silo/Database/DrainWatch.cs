using MetaGrains.Silo.Hosting;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.Database;

/// <summary>Looks whether an operator wants this silo to leave (<c>./metagrains silo drain</c>): from any machine, where a signal reaches only this one.</summary>
internal sealed partial class DrainWatch(ClusterDirectory cluster, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Ends when the silo is to leave, or with the token.</summary>
    /// <param name="silo">Its address with generation.</param>
    /// <returns>Whether it is to leave.</returns>
    public async Task<bool> AskedAsync(string silo, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await cluster.IsToDrainAsync(EngineSetup.ClusterName, silo, cancellationToken))
                {
                    LogAsked(logger);
                    return true;
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
            catch (NpgsqlException away)
            {
                LogAway(logger, away);
                await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    [LoggerMessage(EventId = 4005, Level = LogLevel.Information, Message = "An operator asked this silo to leave; it gives its grains away")]
    private static partial void LogAsked(ILogger logger);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Debug, Message = "Whether to leave could not be asked")]
    private static partial void LogAway(ILogger logger, Exception failure);
}
