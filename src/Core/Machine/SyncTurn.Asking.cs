using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>What could run, and what the budget says to it.</summary>
internal sealed partial class SyncTurn
{
    /// <summary>Asks for what is to run next, or drops a request to the budget that nothing needs any more.</summary>
    private void Continue()
    {
        if (_state.Run is { } run)
        {
            if (run.Stage == RunStage.WaitingForPermits && _state.Ask is { } hunger)
            {
                var lent = SyncCandidates.Of(_state, run, now);
                Repeat(hunger, lent.ToBudgetRequest(_state, 0, hunger.Request.Wanted), lent.Effective < BudgetOrder.Effective(hunger.Request, hunger.AskedAt));
            }

            return;
        }

        PassUnreadable();
        RefuseImpossible();
        if (SyncCandidates.Best(_state, now) is not { } best)
        {
            _state = _state with { Ask = null };
            return;
        }

        var request = best.ToBudgetRequest(_state, 0, SyncCandidates.PermitsFor(_state, best));
        if (_state.Ask is not { } ask)
            Ask(request);
        else
            Repeat(ask, request, best.Effective < BudgetOrder.Effective(ask.Request, ask.AskedAt));
    }

    // A lost answer is asked for again under its number; a wait that is over, or that something more urgent overtakes,
    // under a new one.
    private void Repeat(PendingAsk ask, BudgetRequest request, bool moreUrgent = false)
    {
        if (ask.Wait is { } wait)
        {
            // Whoever asks for a run does not stand in line with what is due by itself, and takes along what stands there.
            if (now >= ask.NextAsk || moreUrgent || (wait.Reason == WaitReason.SlowStart && _state.IsAskedFor))
                Ask(request);
        }
        else if (now - ask.AskedAt >= SyncMachine.AskTimeout)
        {
            _state = _state with { Ask = ask with { AskedAt = now } };
            Do(new SyncEffect.AskBudget(ask.Request));
        }
    }

    public void TakeGrant(long requestId, BudgetAnswer.Granted answer)
    {
        _state = _state with { HighOnlyUntil = answer.HighOnlyUntil };
        var wanted = _state.Ask?.Request.RequestId == requestId;
        if (wanted)
            _state = _state with { Ask = null };
        if (!wanted || answer.Grant.Until <= now)
        {
            GiveBack(answer.Grant);
            return;
        }

        if (_state.Run is { Stage: RunStage.WaitingForPermits } run)
        {
            _state = _state with { Run = run with { Stage = RunStage.Reading, Grant = answer.Grant } };
            Do(new SyncEffect.GivePermits(run.Number, answer.Grant));
            return;
        }

        RefuseImpossible();
        if (_state.Run is null && SyncCandidates.Best(_state, now) is { } best)
            Begin(best, answer.Grant);
        else
            GiveBack(answer.Grant);
    }

    public void TakeWait(long requestId, BudgetAnswer.Wait answer)
    {
        _state = _state with { HighOnlyUntil = answer.HighOnlyUntil };
        if (_state.Ask is not { } ask || ask.Request.RequestId != requestId)
            return;
        // The wake may have overtaken the answer that names its ticket.
        var woken = ask.WokenEarly is { } ticket && ticket == answer.Ticket;
        _state = _state with { Ask = ask with { Wait = woken ? answer with { Until = now, Ticket = 0 } : answer, WokenEarly = null } };
    }

    // The number stays: should the request have been granted after all, asking again brings the same grant.
    public void TakeSilence(long requestId)
    {
        if (_state.Ask is { Wait: null } ask && ask.Request.RequestId == requestId)
            _state = _state with { Ask = ask with { AskedAt = now - SyncMachine.AskTimeout + SyncMachine.AskRetry } };
    }

    public void TakeWake(long ticket)
    {
        if (_state.Ask is { Wait: { } wait } ask && wait.Ticket == ticket)
            _state = _state with { Ask = ask with { Wait = wait with { Until = now, Ticket = 0 } } };
        else if (_state.Ask is { Wait: null } unanswered)
            _state = _state with { Ask = unanswered with { WokenEarly = ticket } };
    }

    public void TakeHunger(SyncEvent.PermitsNeeded needed)
    {
        if (!Is(needed.Number) || _state.Run is not { Stage: RunStage.Starting or RunStage.Reading } run)
            return;
        _state = _state with { Run = run with { Stage = RunStage.WaitingForPermits } };
        Ask(SyncCandidates.Of(_state, run, now).ToBudgetRequest(_state, 0, Math.Clamp(needed.Wanted, 1, SyncMachine.MaxAsk)));
    }

    private void Ask(BudgetRequest request)
    {
        var numbered = request with { RequestId = NextNumber() };
        // Also over a change of silos: who was seen to wait has waited since then.
        var since = _state.Ask?.Since ?? (_state.Health.Health == AccountHealth.WaitingForBudget ? _state.Health.Since : now);
        _state = _state with { Ask = new PendingAsk(numbered, now, Since: since) };
        Do(new SyncEffect.AskBudget(numbered));
    }

    private void GiveBack(BudgetGrant unused) => Do(new SyncEffect.ReturnPermits(unused, 0, null));

    // Days that were within Meta's reach when they were asked for may have left it since, and definitions may have gone.
    private void RefuseImpossible()
    {
        foreach (var request in _state.Requests)
        {
            if (PlanOf(request) is null)
                Close(request, WhyImpossible(request));
        }
    }

    // A job whose reports are all left out has nothing to read this time.
    private void PassUnreadable()
    {
        if (_state.Refused.IsEmpty)
            return;
        foreach (var job in _state.Jobs.Where(job => job.NextDue <= now && job.Job.IsPlanned() && SyncCandidates.Plan(_state, job.Job, null, now) is null))
        {
            var next = After(now, job);
            _state = _state.With(next with { NextDue = next.NextDue ?? _state.Refused.Min(refusal => refusal.Until) });
        }
    }

    private PlannedRun? PlanOf(SyncRequest request) => SyncCandidates.Plan(_state, request.Job, request, now);

    // From the clock, so that numbers grow across activations without being stored.
    private long NextNumber()
    {
        var number = Math.Max(_state.LastNumber + 1, now.UtcTicks);
        _state = _state with { LastNumber = number };
        return number;
    }
}
