using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Grains.RateLimit;
using MetaGrains.Grains.Sweeps;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Grains.Accounts;

/// <content>Does what the machine decided.</content>
public sealed partial class AdAccountGrain
{
    private bool _letIn;
    private bool _held;

    private ITenantRateLimitGrain Budget => GrainFactory.RateLimit(new TenantKey(_key.Tenant));

    // What must be stored is stored before the state counts: when that fails, the caller learns it, nothing was decided,
    // and a signal stays where it is.
    private async Task CommitAsync(SyncDecision decision)
    {
        try
        {
            foreach (var effect in decision.Effects)
                await StoreAsync(effect);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // The account's row was deleted under it: its next activation finds that out, and this one must not go on trying.
            DeactivateOnIdle();
            throw;
        }

        _state = decision.State;
        foreach (var effect in decision.Effects)
            await ActAsync(effect);
        LeaveGate();
        Listen();
    }

    private async Task StoreAsync(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.PersistSchedule schedule:
                await _schedules.WriteAsync(_key, schedule.Row);
                break;
            case SyncEffect.PersistState state:
                _memory.State = AdAccountMemory.Of(state.Applied);
                await _memory.WriteStateAsync();
                break;
            case SyncEffect.RefuseRequest refusal:
                await _queue.RefuseAsync(refusal.Request.RunId, refusal.Reason, CancellationToken.None);
                break;
        }
    }

    private async Task ActAsync(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.RegisterReminder reminder:
                await this.RegisterOrUpdateReminder(Reminder, reminder.DueIn, reminder.Period);
                break;
            case SyncEffect.UnregisterReminder:
                if (await this.GetReminder(Reminder) is { } registered)
                    await this.UnregisterReminder(registered);
                break;
            case SyncEffect.SetWakeTimer timer:
                SetWake(timer.At);
                break;
            case SyncEffect.AskBudget ask:
                Ask(ask.Request);
                break;
            case SyncEffect.ReturnPermits permits:
                Return(permits.Grant, permits.Used, permits.LastSentAt);
                break;
            case SyncEffect.ReportUsage usage when usage.Block.Scope is { } scope:
                CallBudget(budget => _retelling.TellAsync(() => budget.BlockAsync(scope.ToString(), usage.Block.Until), usage.Block.Until));
                break;
            case SyncEffect.ReportOutcome outcome:
                _reporter.Tell(_key, outcome, Now);
                break;
            case SyncEffect.StartRun start:
                Start(start);
                break;
            case SyncEffect.GivePermits permits when _pump?.Number == permits.Number:
                _pump.Give(permits.Grant);
                break;
            case SyncEffect.CancelRun cancel when _pump?.Number == cancel.Number:
                _pump.Cancel();
                break;
            case SyncEffect.Reload reload:
                LogReload(_logger, _key.ToString(), reload.Reason);
                DeactivateOnIdle();
                break;
            case SyncEffect.Log log:
                LogNote(_logger, _key.ToString(), log.Note, log.Text);
                break;
        }
    }

    private void Start(SyncEffect.StartRun start)
    {
        _pump = new AccountPump(_services, _key, new LimitOwners(_key.Account, _state!.Settings.Connection!.Value, _state.Settings.App), start, _signals, _voids);
        // Off the grain's scheduler: a fetch lasts minutes, and the grain answers meanwhile.
        _pumping = Task.Run(_pump.RunAsync);
    }

    private void SetWake(DateTimeOffset? at)
    {
        _wakeTimer?.Dispose();
        _wakeTimer = null;
        if (at is not { } moment)
            return;
        var due = moment - Now;
        _wakeTimer = this.RegisterGrainTimer(
            () => HappenAsync(new SyncEvent.TimeAdvanced()),
            new GrainTimerCreationOptions(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    // The timer that takes signals in runs, and keeps the activation alive, while anything may send one.
    private void Listen()
    {
        var expecting = _state is { Run: not null } or { Ask.Wait: null, Ask: not null };
        if (expecting && _signalTimer is null)
        {
            _signalTimer = this.RegisterGrainTimer(TakeSignalsAsync, new GrainTimerCreationOptions(SignalPace, SignalPace) { KeepAlive = true });
        }
        else if (!expecting && _signalTimer is { } idle && !_signals.TryPeek(out _))
        {
            _signalTimer = null;
            idle.Dispose();
        }
    }

    private async Task TakeSignalsAsync()
    {
        while (_signals.TryPeek(out var signal))
        {
            if (signal.Usages.Count > 0)
                CallBudget(budget => budget.ObserveAsync([.. signal.Usages]));
            // What a used-up grant has sent counts from when it was sent, and not from its deadline.
            if (signal.Happened is SyncEvent.PermitsNeeded && _pump?.Account() is var (grant, used, lastSentAt))
                Return(grant, used, lastSentAt);
            if (signal.Happened is { } happened)
                await HappenAsync(happened);
            _signals.Done();
        }

        Listen();
    }

    private void Ask(BudgetRequest request)
    {
        if (HeldUntil(request) is { } until)
        {
            _held = true;
            _signals.Post(new SyncEvent.GrantDenied(
                request.RequestId, new BudgetAnswer.Wait(until, StartGate.TicketOf(_key), WaitReason.SlowStart, null, _state!.HighOnlyUntil)));
            return;
        }

        var ask = new BudgetAsk
        {
            Requester = request.Requester,
            RequestId = request.RequestId,
            Priority = request.Priority.WireName(),
            Wanted = request.Wanted,
            DueAt = request.DueAt,
            Interval = request.Interval,
            Scopes = [.. request.Scopes.Select(scope => scope.ToString())],
        };
        CallBudget(async budget =>
        {
            try
            {
                _signals.Post(Answer(request.RequestId, await budget.AskAsync(ask)));
            }
            catch (Exception unanswered)
            {
                LogBudget(_logger, unanswered, _key.ToString());
                _signals.Post(new SyncEvent.AskFailed(request.RequestId));
            }
        });
    }

    // Who waits for an answer to a request of its own does not stand in line with what is due by itself, and neither does a
    // run that has begun. Whoever was let in once stays so until it has begun, or has nothing to begin.
    private DateTimeOffset? HeldUntil(BudgetRequest request)
    {
        if (_letIn || _state!.Run is not null || _state.IsAskedFor)
            return null;
        var until = _gate.Hold(new Starter(request.Priority, request.DueAt, _key));
        _letIn = until is null;
        return until;
    }

    private void LeaveGate()
    {
        if (_state is { Ask: not null, Run: null })
            return;
        _letIn = false;
        if (_held)
            _gate.Leave(_key);
        _held = false;
    }

    private static SyncEvent Answer(long requestId, Interfaces.RateLimit.BudgetReply reply) =>
        reply.Grant is { } grant
            ? new SyncEvent.GrantReceived(requestId, new BudgetAnswer.Granted(new BudgetGrant(grant, reply.Permits, reply.Until), reply.HighOnlyUntil))
            : new SyncEvent.GrantDenied(requestId, new BudgetAnswer.Wait(reply.Until, reply.Ticket, BudgetMessages.ToReason(reply.Reason),
                reply.Scope is null ? null : BudgetMessages.ToScope(reply.Scope), reply.HighOnlyUntil));

    private void Return(BudgetGrant grant, int used, DateTimeOffset? lastSentAt) =>
        CallBudget(budget => budget.ReturnAsync(new GrantReturn { Grant = grant.Id, Used = used, LastSentAt = lastSentAt }));

    // One after the other, so that what Meta said is known before permits come back; no turn waits for them.
    private void CallBudget(Func<ITenantRateLimitGrain, Task> call)
    {
        var budget = Budget;
        _budgetCalls = Next(_budgetCalls);

        async Task Next(Task before)
        {
            await before;
            try
            {
                await call(budget);
            }
            catch (Exception unanswered)
            {
                // Permits that do not come back stay charged; usage that is not told comes with the next answer.
                LogBudget(_logger, unanswered, _key.ToString());
            }
        }
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Debug, Message = "{Account}: {Note}: {Text}")]
    private static partial void LogNote(ILogger logger, string account, SyncNote note, string text);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Information, Message = "{Account} is activated again: {Reason}")]
    private static partial void LogReload(ILogger logger, string account, string reason);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "{Account}: the tenant's budget did not answer")]
    private static partial void LogBudget(ILogger logger, Exception unanswered, string account);
}
