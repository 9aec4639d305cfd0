using System.Collections.Immutable;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Incidents: resting with all others that have the error, trying for them, and going on one after the other.</summary>
internal sealed partial class SyncTurn
{
    public void TakeIncidents(ImmutableArray<IncidentNotice> known)
    {
        _state = _state with { Incidents = known };
        if (_state.Backoff.Last is not { } last || IncidentRest.Open(_state) is not null)
            return;
        // Whoever failed after its end failed for himself.
        var over = known.Where(incident => incident.Signature == ErrorSignature.Of(last) && last.At <= incident.ClosedAt).MaxBy(incident => incident.ClosedAt);
        if (over is { ClosedAt: { } closedAt })
            GoOnAt(IncidentPace.ResumeAt(over, closedAt, _state.Account));
    }

    public void TakeProbe(long incident)
    {
        if (_state.Run is not null || IncidentRest.Open(_state)?.Id != incident || _state.Errors == 0)
            return;
        _state = _state with { Probing = incident };
        GoOnAt(null);
        // It tries for all others, also when nothing of its own is due.
        if (SyncCandidates.Best(_state, now) is null)
            DueAtOnce(SyncJob.Tier);
        Note(SyncNote.Incident, $"it tries whether incident {incident} is over");
    }

    // Told before the state forgets the failures that a success ends.
    private void TellSuccess(SyncJob job) => Do(new SyncEffect.ReportOutcome(null, null, IncidentRest.Of(_state, job)?.Id));

    private void TellFailure(RunFailure failure) =>
        Do(new SyncEffect.ReportOutcome(failure.MayBeIncident ? ErrorSignature.Of(failure) : null, failure.Message, null));

    private void GoOnAt(DateTimeOffset? moment)
    {
        if (_state.Backoff.ConsecutiveErrors > 0)
            _state = _state with { Backoff = _state.Backoff with { RetryAt = moment } };
        _state = _state with { Jobs = [.. _state.Jobs.Select(job => job.Errors > 0 ? job with { RetryAt = moment } : job)] };
    }
}
