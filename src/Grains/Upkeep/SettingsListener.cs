using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Upkeep;

/// <summary>
/// Brings what was committed in PostgreSQL, by whomever, to the grains that it concerns: at once by notification, and
/// by looking every so often. One silo does it; when it dies another finds everybody who is behind.
/// </summary>
internal sealed partial class SettingsListener(
    SettingsWatch watch, SettingsMessenger messenger, IOptions<SettingsListenerOptions> options, TimeProvider clock, ILogger<SettingsListener> logger)
{
    // Looking costs PostgreSQL a join over all accounts: it never takes more than a fifth of the time.
    private const int RestPerLook = 4;

    // A run that was accepted just now is looked for once more, when it was left alone long enough.
    private const string Runs = "sync_runs";

    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(200);

    private readonly SettingsListenerOptions _options = options.Value;
    private int _losses;

    /// <summary>Listens until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = _options.TakeOver;
            try
            {
                await using var channel = await watch.ListenAsync(cancellationToken);
                if (channel is not null)
                    await ServeAsync(channel, cancellationToken);
            }
            catch (Exception lost) when (!cancellationToken.IsCancellationRequested)
            {
                LogLost(logger, lost);
                pause = Reconnect(_losses++);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(SettingsChannel channel, CancellationToken cancellationToken)
    {
        LogLeads(logger);
        for (var unsettled = true; ;)
        {
            var began = clock.GetTimestamp();
            var told = await messenger.TellAllAsync(cancellationToken);
            _losses = 0;
            if (told > 0)
                LogTold(logger, told);
            var rest = clock.GetElapsedTime(began) * RestPerLook;
            var patience = unsettled ? _options.Settle + _options.Coalesce : _options.Fallback;
            if (!await channel.WaitAsync(patience, cancellationToken))
            {
                unsettled = false;
                continue;
            }

            await Task.Delay(rest > _options.Coalesce ? rest : _options.Coalesce, clock, cancellationToken);
            unsettled |= (await channel.TakeAsync(cancellationToken)).Contains(Runs);
        }
    }

    private TimeSpan Reconnect(int losses)
    {
        var pause = FirstReconnect * Math.Pow(2, Math.Min(losses, 20));
        return pause < _options.TakeOver ? pause : _options.TakeOver;
    }

    [LoggerMessage(EventId = 3311, Level = LogLevel.Information, Message = "This silo tells the grains of changed settings")]
    private static partial void LogLeads(ILogger logger);

    [LoggerMessage(EventId = 3312, Level = LogLevel.Warning, Message = "Changed settings cannot be heard of; it is tried again")]
    private static partial void LogLost(ILogger logger, Exception lost);

    [LoggerMessage(EventId = 3313, Level = LogLevel.Debug, Message = "{Count} grains were told what has changed")]
    private static partial void LogTold(ILogger logger, int count);
}
