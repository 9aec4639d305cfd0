using MetaGrains.Core.Budget;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Machine;

/// <summary>The beginning and the end of runs.</summary>
internal sealed partial class SyncTurn
{
    private bool Is(long number)
    {
        if (_state.Run?.Number == number)
            return true;
        Note(SyncNote.Stale, $"a report of run number {number} was ignored: it is not under way");
        return false;
    }

    private void Begin(SyncCandidate candidate, BudgetGrant grant)
    {
        var plan = SyncCandidates.Plan(_state, candidate.Job, candidate.Request, now)!;
        var run = new RunningRun
        {
            Number = NextNumber(),
            Plan = plan,
            Request = candidate.Request,
            StartedAt = now,
            DueAt = candidate.DueAt,
            Grant = grant,
        };
        _state = _state with { Run = run };
        Do(new SyncEffect.StartRun(run.Number, plan, grant, candidate.Request));
        Note(SyncNote.RunBegun, $"{candidate.Job.WireName()} over {plan.Subject}, due {Moment.Text(candidate.DueAt)}");
    }

    public void TakeStart(SyncEvent.RunStarted started)
    {
        if (!Is(started.Number))
            return;
        var run = _state.Run! with { RunId = started.RunId, Epoch = started.Epoch };
        _state = _state with { Run = run.Stage == RunStage.Starting ? run with { Stage = RunStage.Reading } : run };
    }

    public void TakeSuccess(SyncEvent.RunSucceeded ended)
    {
        if (!Is(ended.Number))
            return;
        TellSuccess(_state.Run!.Plan.Job);
        var run = End(ended.PermitsLeft, ended.LastSentAt);
        Advance(run, (int)Math.Clamp(ended.Report.Calls, 1, int.MaxValue));
        if (run.Request is { } request)
            Forget(request);
        var blocks = _state.Backoff.Blocks;
        _state = _state with { Backoff = BackoffState.None with { Blocks = blocks, Last = _state.Backoff.Last }, Parked = null };
        Note(SyncNote.RunEnded, $"{run.Plan.Job.WireName()} over {run.Plan.Subject} succeeded");
    }

    public void TakeFailure(SyncEvent.RunFailed ended)
    {
        if (!Is(ended.Number))
            return;
        var run = End(ended.PermitsLeft, ended.LastSentAt);
        var failure = ended.Failure;
        _state = _state with
        {
            Backoff = _state.Backoff with
            {
                Last = new LastError(now, failure.Kind, failure.Message, failure.Advice, failure.Code, failure.Subcode, failure.TraceId),
            },
        };
        TellFailure(failure);
        if (failure.Kind == FailureKind.Throttled)
            Throttle(failure);
        else if (failure.MayBeIncident && IncidentRest.Open(_state, ErrorSignature.Of(failure)) is not null)
            // Whatever it would mean for one account alone: Meta is not well.
            Fail(run, failure with { Kind = FailureKind.Transient });
        else if (failure.Kind == FailureKind.Refused && run.Request is { Entity: not null } one)
            // What is refused of one object is no word about the account's reports.
            Close(one, failure.Message);
        else if (failure is { Kind: FailureKind.Refused, Report: { } report } && (IsBreakdown(run, failure) || run.Plan.Reports.Any(other => other.Name != report)))
            LeaveOut(report, failure, IsBreakdown(run, failure));
        else
            Fail(run, failure);
        Note(SyncNote.RunEnded, $"{run.Plan.Job.WireName()} over {run.Plan.Subject} failed: {failure.Kind}");
    }

    public void TakeCancelled(SyncEvent.RunCancelled ended)
    {
        if (!Is(ended.Number))
            return;
        var run = End(ended.PermitsLeft, ended.LastSentAt);
        Note(SyncNote.RunEnded, $"{run.Plan.Job.WireName()} over {run.Plan.Subject} was cancelled");
    }

    public void TakeSuperseded(SyncEvent.RunSuperseded ended)
    {
        if (!Is(ended.Number))
            return;
        End(ended.PermitsLeft, ended.LastSentAt);
        _ends = true;
        Do(new SyncEffect.Reload("Another activation runs this account; what is stored is newer."));
    }

    public void Deactivate()
    {
        _ends = true;
        if (_state.Run is { } run)
            Do(new SyncEffect.CancelRun(run.Number, "The silo lets the account go."));
        _state = _state with { Run = null, Ask = null };
    }

    private RunningRun End(int permitsLeft, DateTimeOffset? lastSentAt)
    {
        var run = _state.Run!;
        Do(new SyncEffect.ReturnPermits(run.Grant, run.Grant.Permits - Math.Clamp(permitsLeft, 0, run.Grant.Permits), lastSentAt));
        _state = _state with { Run = null, Ask = null, Probing = null };
        return run;
    }

    // The next due time counts from the start: one run makes up for everything that was missed before it.
    private void Advance(RunningRun run, int calls)
    {
        var job = _state.Job(run.Plan.Job);
        // One object that was read says nothing of the job but that Meta answers again.
        job = run.Plan.Entity is null
            ? job with { LastSucceeded = now, LastCalls = calls, Errors = 0, RetryAt = null }
            : job with { Errors = 0, RetryAt = null };
        if (run.Plan.MovesCursor)
        {
            var reached = run.Plan.Window.Until;
            // Objects are read as they are now: no day is done by that.
            var keeps = !run.Plan.Job.ReadsInsights() || job.Cursor > reached;
            job = After(run.StartedAt, job with { LastStarted = run.StartedAt, Cursor = keeps ? job.Cursor : reached });
        }

        _state = _state.With(job);
    }

    private JobState After(DateTimeOffset moment, JobState job) =>
        _state.Settings.RecurrenceOf(job.Job) is { } rule ? job.Due(rule.NextAfter(moment, _state.Offset), rule, _state.Offset) : job with { NextDue = null };

    private void Throttle(RunFailure failure)
    {
        var backoff = _state.Backoff;
        var n = backoff.ConsecutiveThrottles + 1;
        var facts = failure.Throttle ?? new ThrottleFacts(failure.Code, failure.Subcode, null, AccessTier.Unknown);
        var block = new ScopeBlock(failure.Scope, now + Backoff.AfterThrottle(facts, n, failure.Jitter));
        _state = _state with { Backoff = backoff.Block(block) with { ConsecutiveThrottles = n } };
        Do(new SyncEffect.ReportUsage(block));
    }

    private static bool IsBreakdown(RunningRun run, RunFailure failure) =>
        failure.IsBreakdown && run.Plan.Reports.Any(report => report.Name == failure.Report && !report.Breakdowns.IsEmpty);

    // The job stays due: it is done again at once, without the report that kept the others from being read.
    private void LeaveOut(string report, RunFailure failure, bool isBreakdown)
    {
        var refusal = new ReportRefusal(report, now + (isBreakdown ? SyncMachine.BreakdownProbe : SyncMachine.ReportProbe), failure.Message, isBreakdown);
        _state = _state with { Refused = _state.Refused.RemoveAll(known => known.Report == report).Add(refusal) };
        Note(SyncNote.RunEnded, $"{report} is left out until {Moment.Text(refusal.Until)}");
    }

    private void Fail(RunningRun run, RunFailure failure)
    {
        switch (failure.Kind)
        {
            case FailureKind.Transient:
                Rest(run, failure, errors => failure.IsOurs ? Backoff.AfterBreak(errors, failure.Jitter) : Backoff.AfterError(errors, failure.Jitter));
                CountAgainst(run.Request, failure);
                break;
            case FailureKind.Refused:
                Rest(run, failure, errors => Backoff.AfterRefusal(errors, failure.Jitter));
                SkipToNext(run);
                if (run.Request is { } request)
                    Close(request, failure.Message);
                break;
            case FailureKind.TokenDead:
                Park(AccountHealth.TokenDead, null, failure);
                break;
            case FailureKind.Checkpointed:
                Park(AccountHealth.Checkpointed, null, failure);
                break;
            case FailureKind.PermissionLost:
                Park(AccountHealth.PermissionLost, now + SyncMachine.PermissionProbe, failure);
                break;
            case FailureKind.AccountDisabled:
                Park(AccountHealth.AccountDisabled, now + SyncMachine.DisabledProbe, failure);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(failure), failure.Kind, "Unknown kind of failure.");
        }
    }

    private void Rest(RunningRun run, RunFailure failure, Func<int, TimeSpan> wait)
    {
        if (run.Plan.Job.RestsAlone())
        {
            var job = _state.Job(run.Plan.Job);
            _state = _state.With(job with { Errors = job.Errors + 1, RetryAt = now + wait(job.Errors + 1) });
            return;
        }

        CountError();
        var backoff = failure.IsOurs ? _state.Backoff with { OwnBreaks = _state.Backoff.OwnBreaks + 1 } : _state.Backoff;
        // What passes by itself, such as Meta's own failures, has to be found to have passed on the same day.
        var rest = backoff.IsParked && failure.Kind != FailureKind.Transient ? Backoff.OncePerDay(failure.Jitter) : wait(backoff.ConsecutiveErrors);
        _state = _state with { Backoff = backoff with { RetryAt = now + rest } };
    }

    private void CountError() =>
        _state = _state with { Backoff = _state.Backoff with { ConsecutiveErrors = _state.Backoff.ConsecutiveErrors + 1 } };

    private void Park(AccountHealth health, DateTimeOffset? nextTry, RunFailure failure)
    {
        CountError();
        var since = _state.Parked?.Health == health ? _state.Parked.Since : now;
        _state = _state with { Parked = new Parking(health, since, nextTry, $"{failure.Message} {failure.Advice}".Trim()) };
    }

    // A run that will fail again waits for its next due time instead of being due all the while.
    private void SkipToNext(RunningRun run)
    {
        var job = _state.Job(run.Plan.Job);
        if (run.Request is not null || job.NextDue is null)
            return;
        var next = After(now, job);
        _state = _state.With(next with { NextDue = next.NextDue ?? job.RetryAt ?? _state.Backoff.RetryAt });
    }

    private void CountAgainst(SyncRequest? served, RunFailure failure)
    {
        if (served is null || _state.Requests.FirstOrDefault(known => known.RunId == served.RunId) is not { } request)
            return;
        var counted = request with { Failures = request.Failures + 1 };
        if (counted.Failures >= SyncMachine.RequestTries)
            Close(request, $"It failed {counted.Failures} times. {failure.Message}");
        else
            _state = _state with { Requests = _state.Requests.Replace(request, counted) };
    }

    private void Close(SyncRequest request, string reason)
    {
        Forget(request);
        Do(new SyncEffect.RefuseRequest(request, reason));
    }

    private void Forget(SyncRequest request) =>
        _state = _state with { Requests = _state.Requests.RemoveAll(known => known.RunId == request.RunId) };
}
