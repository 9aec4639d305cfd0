using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Sweeps;

/// <summary>
/// Looks every few seconds whether runs of this silo may begin, and tells the gate: after an outage of PostgreSQL, or after
/// everything was paused, all that was missed is due at once, on a silo that has long been up.
/// </summary>
internal sealed partial class StandstillWatch(SchedulerSwitch switches, StartGate gate, TimeProvider clock, ILogger<StandstillWatch> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private StartSight _seen;

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await LookAsync(cancellationToken);
            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var sight = await SightAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return;
        var anew = gate.See(sight);
        if (anew && sight == StartSight.Running)
            LogAnew(logger);
        _seen = sight;
    }

    private async Task<StartSight> SightAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return (await switches.GetAsync(either.Token)).Enabled ? StartSight.Running : StartSight.Paused;
        }
        catch (Exception away)
        {
            if (_seen != StartSight.StorageAway && !cancellationToken.IsCancellationRequested)
                LogAway(logger, away);
            return StartSight.StorageAway;
        }
    }

    [LoggerMessage(EventId = 3221, Level = LogLevel.Information, Message = "Runs may begin again, slowly at first")]
    private static partial void LogAnew(ILogger logger);

    [LoggerMessage(EventId = 3222, Level = LogLevel.Warning, Message = "PostgreSQL does not say whether runs may begin; it is asked again")]
    private static partial void LogAway(ILogger logger, Exception away);
}
