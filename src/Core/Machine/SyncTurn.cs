using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>One step of <see cref="SyncMachine"/> while it is worked out; nothing of it outlives the step.</summary>
internal sealed partial class SyncTurn(AccountState start, DateTimeOffset now)
{
    private readonly List<SyncEffect> _effects = [];
    private readonly List<SyncEffect> _orders = [];
    private AccountState _state = start;
    private bool _ends;

    /// <summary>Draws the conclusions that every event has in common.</summary>
    /// <param name="storedRow">What <c>account_schedule</c> says, or null when there is no row.</param>
    /// <param name="storedState">What the grain state says, or null when there is none.</param>
    public SyncDecision Finish(ScheduleRow? storedRow, AppliedState? storedState)
    {
        DropPassed();
        if (!_ends)
        {
            Continue();
            Remind();
        }

        // Who leaves a silo stays as he was: only his wait for permits ends, and it begins again elsewhere.
        if (!_ends)
            SetHealth();
        SetWake();

        // What must be stored comes first: a run begins only after that which it relies on is written.
        var row = ScheduleRow.Of(_state);
        if (row != storedRow)
            _effects.Add(new SyncEffect.PersistSchedule(row));
        var applied = AppliedState.Of(_state);
        if (storedState is null || !applied.SameAs(storedState))
            _effects.Add(new SyncEffect.PersistState(applied));
        return new SyncDecision(_state, [.. _effects, .. _orders]);
    }

    private void Do(SyncEffect effect) => _orders.Add(effect);

    private void Note(SyncNote note, string text) => _orders.Add(new SyncEffect.Log(note, text));

    private void DropPassed()
    {
        var backoff = _state.Backoff;
        var blocks = backoff.Blocks.IsEmpty ? backoff.Blocks : backoff.Blocks.RemoveAll(block => block.Until <= now);
        if (blocks.Length != backoff.Blocks.Length)
            _state = _state with { Backoff = backoff with { Blocks = blocks } };
        if (!_state.Refused.IsEmpty && _state.Refused.Any(refusal => refusal.Until <= now))
            _state = _state with { Refused = _state.Refused.RemoveAll(refusal => refusal.Until <= now) };
        if (_state.HighOnlyUntil <= now)
            _state = _state with { HighOnlyUntil = null };
    }

    // The reminder follows the tier; a reminder of an account that nobody wants only costs.
    private void Remind()
    {
        if (!_state.Settings.Wanted)
        {
            if (_state.Reminder is null)
                return;
            _state = _state with { Reminder = null };
            Do(new SyncEffect.UnregisterReminder());
            return;
        }

        var plan = new ReminderPlan(_state.Settings.TierInterval, _state.Offset);
        if (_state.Reminder == plan)
            return;
        _state = _state with { Reminder = plan };
        Do(new SyncEffect.RegisterReminder(SyncSchedule.NextAfter(now, plan.Period, plan.Offset) - now, plan.Period));
    }

    private void SetHealth()
    {
        var health = HealthRules.Of(_state, now);
        if (health.Health != _state.Health.Health)
            Note(SyncNote.Health, $"{_state.Health.Health.WireName()} → {health.Health.WireName()}");
        if (health != _state.Health)
            _state = _state with { Health = health };
    }

    private void SetWake()
    {
        var wake = _ends ? null : NextMoment();
        if (wake == _state.WakeAt)
            return;
        _state = _state with { WakeAt = wake };
        Do(new SyncEffect.SetWakeTimer(wake));
    }

    // The first moment to come at which the next decision may differ from this one.
    private DateTimeOffset? NextMoment()
    {
        DateTimeOffset? first = null;
        if (_state.Ask is { } ask)
        {
            Consider(ask.NextAsk);
            Consider(ask.Since + SyncMachine.BudgetPatience);
        }

        if (_state.Run is not null || !_state.Settings.Wanted)
            return first;
        Consider(_state.Backoff.RetryAt);
        if (_state.Errors > 0 && IncidentRest.Open(_state) is not null)
            Consider(now + Incidents.IncidentPace.Look);
        Consider(_state.Parked?.NextTry);
        Consider(_state.HighOnlyUntil);
        if (_state.HighOnlyUntil is not null)
            Consider(_state.NextDueAt + SyncMachine.BudgetPatience);
        foreach (var block in _state.Backoff.Blocks)
            Consider(block.Until);
        foreach (var job in _state.Jobs)
        {
            Consider(job.NextDue);
            Consider(job.RetryAt);
            // Ageing: four intervals overdue, the job ranks with HIGH.
            Consider(job.NextDue + (job.Interval * Budget.BudgetOrder.IntervalsUntilHigh));
        }

        return first;

        void Consider(DateTimeOffset? at) => first = at > now && !(first <= at) ? at : first;
    }
}
