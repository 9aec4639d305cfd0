using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Incidents;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Incidents;

/// <summary>
/// Tells whoever recognises incidents how the runs of this silo's accounts ended, one call for all of a second. Where
/// nothing failed it tells twice a minute, how many succeeded.
/// </summary>
public sealed partial class IncidentReporter(IGrainFactory grains, IOptions<IncidentOptions> options, TimeProvider clock, ILogger<IncidentReporter> logger)
{
    /// <summary>Most failures of one call; more accounts would say no more.</summary>
    internal const int MaxFailures = 2000;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _pause = options.Value.Pause;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, FailedRun> _failed = [];
    private readonly HashSet<long> _recovered = [];
    private int _succeeded;
    private long? _toldAt;
    private bool _telling;

    /// <summary>Notes how a run ended; it is told later, by another thread.</summary>
    internal void Tell(AdAccountKey account, SyncEffect.ReportOutcome outcome, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (outcome.Failure is { } failure && _failed.Count < MaxFailures)
            {
                _failed[account.ToString()] = new FailedRun
                {
                    Account = account.ToString(), Kind = failure.Kind.ToString(), Code = failure.Code, Subcode = failure.Subcode,
                    Message = outcome.Message ?? "", At = at,
                };
            }

            if (outcome.Message is null)
                _succeeded++;
            if (outcome.Recovered is { } incident)
                _recovered.Add(incident);
            var quiet = _failed.Count == 0 && _recovered.Count == 0 && _toldAt is { } told && clock.GetElapsedTime(told) < Quiet;
            if (_telling || quiet)
                return;
            _telling = true;
        }

        _ = Task.Run(TellSoonAsync);
    }

    private async Task TellSoonAsync()
    {
        await Task.Delay(_pause, clock, CancellationToken.None);
        OutcomeBatch batch;
        lock (_gate)
        {
            batch = new OutcomeBatch { Failed = [.. _failed.Values], Succeeded = _succeeded, Recovered = [.. _recovered] };
            _failed.Clear();
            _recovered.Clear();
            (_succeeded, _telling, _toldAt) = (0, false, clock.GetTimestamp());
        }

        try
        {
            await grains.Incidents().ReportAsync(batch);
        }
        catch (Exception untold)
        {
            // An incident goes on; the next second tells of it.
            LogUntold(logger, untold, batch.Failed.Count);
        }
    }

    [LoggerMessage(EventId = 3402, Level = LogLevel.Warning, Message = "{Failures} failed runs could not be told to whoever recognises incidents")]
    private static partial void LogUntold(ILogger logger, Exception untold, int failures);
}
