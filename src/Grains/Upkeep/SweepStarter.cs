using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Upkeep;

/// <summary>Sees to it that all sweeps wake themselves. Every silo does it at its start: asking again changes nothing.</summary>
internal sealed partial class SweepStarter(IGrainFactory grains, TimeProvider clock, ILogger<SweepStarter> logger)
{
    private const int AtOnce = 8;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    /// <summary>Runs until it has succeeded, or is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstRetry; !cancellationToken.IsCancellationRequested; pause = pause * 2 < LastRetry ? pause * 2 : LastRetry)
        {
            try
            {
                await Parallel.ForEachAsync(
                    SweepKey.All,
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                    async (sweep, _) => await grains.Sweep(sweep).EnsureAsync());
                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                LogRetry(logger, failure);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(EventId = 3321, Level = LogLevel.Warning, Message = "The sweeps could not be started; it is tried again")]
    private static partial void LogRetry(ILogger logger, Exception failure);
}
