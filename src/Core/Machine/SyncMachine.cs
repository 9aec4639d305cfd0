using MetaGrains.Core.Accounts;

namespace MetaGrains.Core.Machine;

/// <summary>
/// The life of one account: (state, event, now) → (state, effects). What holds after every event:
/// at most one run is under way; none is begun while the account is switched off, parked, waiting after an error, or
/// while Meta blocks a scope that the run's calls count against; a request leaves the queue only when it was run or
/// refused; due times come from the calendar, so what was missed is one run.
/// </summary>
public static class SyncMachine
{
    /// <summary>How long an unanswered request to the budget is waited for before it is sent again under its number.</summary>
    public static TimeSpan AskTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its advised time whoever stands in the budget's queue still waits for its wake.</summary>
    public static TimeSpan WakeGrace { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before a budget that could not be reached is asked again.</summary>
    public static TimeSpan AskRetry { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Permits asked for when nothing is known of the job's last run.</summary>
    public const int FirstAsk = 8;

    /// <summary>Most permits asked for at once; a run that needs more asks again.</summary>
    public const int MaxAsk = 50;

    /// <summary>How often a request is tried before it is refused; throttles do not count.</summary>
    public const int RequestTries = 5;

    /// <summary>Failed runs in a row that flag an account (seed 002: sync_error_count of 3 or more).</summary>
    public const int FailingAfter = 3;

    /// <summary>Failed runs in a row after which an account is tried once a day only; runs that our own database broke off do not count.</summary>
    public const int ParkedAfter = 10;

    /// <summary>What an account says while the operator has paused everything; lists know by it that this is over.</summary>
    public const string PausedByOperator = "Everything is paused by the operator.";

    /// <summary>How long due work waits for permits before it is shown as the account's health.</summary>
    public static TimeSpan BudgetPatience { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Time until a report that Meta refused is tried again.</summary>
    public static TimeSpan ReportProbe { get; } = TimeSpan.FromHours(24);

    /// <summary>Time until a report whose breakdowns Meta refused is tried again.</summary>
    public static TimeSpan BreakdownProbe { get; } = TimeSpan.FromDays(7);

    /// <summary>Time until a run tries whether Meta has enabled the account again.</summary>
    public static TimeSpan DisabledProbe { get; } = TimeSpan.FromHours(24);

    /// <summary>Time until a run tries whether the permission was granted again.</summary>
    public static TimeSpan PermissionProbe { get; } = TimeSpan.FromHours(6);

    /// <summary>
    /// The state of an account whose grain activates. PostgreSQL wins, per field: settings, cursors, backoff and, where
    /// it differs from the applied jobs, the next due time.
    /// </summary>
    public static SyncDecision Activate(AdAccountKey account, StoredTruth truth, DateTimeOffset now)
    {
        var start = Activation.StateOf(account, truth, now);
        var turn = new SyncTurn(start, now);
        turn.TakeIncidents(truth.Incidents);
        turn.ApplySettings(start.Settings, truth.Applied?.ZoneName);
        return turn.Finish(truth.Schedule, truth.Applied);
    }

    /// <summary>What follows from an event.</summary>
    public static SyncDecision Step(AccountState state, SyncEvent happened, DateTimeOffset now)
    {
        // The timer has come: in time or, since a clock was set back, too early. Either way another is needed.
        var turn = new SyncTurn(happened is SyncEvent.TimeAdvanced ? state with { WakeAt = null } : state, now);
        Apply(turn, happened);
        return turn.Finish(ScheduleRow.Of(state), AppliedState.Of(state));
    }

    private static void Apply(SyncTurn turn, SyncEvent happened)
    {
        switch (happened)
        {
            case SyncEvent.ReminderTicked or SyncEvent.SweepPoked or SyncEvent.TimeAdvanced:
                break;
            case SyncEvent.SettingsChanged changed:
                turn.TakeSettings(changed.Settings);
                break;
            case SyncEvent.Triggered triggered:
                turn.TakeRequest(triggered.Request);
                break;
            case SyncEvent.Paused:
                turn.Pause();
                break;
            case SyncEvent.Resumed:
                turn.Resume();
                break;
            case SyncEvent.GrantReceived granted:
                turn.TakeGrant(granted.RequestId, granted.Answer);
                break;
            case SyncEvent.GrantDenied denied:
                turn.TakeWait(denied.RequestId, denied.Answer);
                break;
            case SyncEvent.AskFailed failed:
                turn.TakeSilence(failed.RequestId);
                break;
            case SyncEvent.BudgetWoke woke:
                turn.TakeWake(woke.Ticket);
                break;
            case SyncEvent.IncidentsSeen seen:
                turn.TakeIncidents(seen.Known);
                break;
            case SyncEvent.ProbeAllowed probe:
                turn.TakeProbe(probe.Incident);
                break;
            case SyncEvent.RunStarted started:
                turn.TakeStart(started);
                break;
            case SyncEvent.PermitsNeeded needed:
                turn.TakeHunger(needed);
                break;
            case SyncEvent.RunSucceeded succeeded:
                turn.TakeSuccess(succeeded);
                break;
            case SyncEvent.RunFailed failed:
                turn.TakeFailure(failed);
                break;
            case SyncEvent.RunCancelled cancelled:
                turn.TakeCancelled(cancelled);
                break;
            case SyncEvent.RunSuperseded superseded:
                turn.TakeSuperseded(superseded);
                break;
            case SyncEvent.Deactivating:
                turn.Deactivate();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "Unknown event.");
        }
    }
}
