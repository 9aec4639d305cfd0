using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;

namespace MetaGrains.Core.Machine;

/// <summary>What the grain has to do, in the order of the list: what must be stored comes before what relies on it.</summary>
public abstract record SyncEffect
{
    private SyncEffect()
    {
    }

    /// <summary>Write the row of <c>account_schedule</c>; may be batched.</summary>
    public sealed record PersistSchedule(ScheduleRow Row) : SyncEffect;

    /// <summary>Write the grain state, before a command is acknowledged.</summary>
    public sealed record PersistState(AppliedState Applied) : SyncEffect;

    /// <summary>Register or replace the reminder.</summary>
    public sealed record RegisterReminder(TimeSpan DueIn, TimeSpan Period) : SyncEffect;

    /// <summary>Remove the reminder.</summary>
    public sealed record UnregisterReminder : SyncEffect;

    /// <summary>Set the one wake timer; null clears it. It is no reason to stay alive: the reminder wakes, too.</summary>
    public sealed record SetWakeTimer(DateTimeOffset? At) : SyncEffect;

    /// <summary>Ask the tenant's budget; the answer is an event.</summary>
    public sealed record AskBudget(BudgetRequest Request) : SyncEffect;

    /// <summary>Give permits back to the budget.</summary>
    /// <param name="Grant">The grant.</param>
    /// <param name="Used">Permits that were used.</param>
    /// <param name="LastSentAt">When the last was used; null when none was.</param>
    public sealed record ReturnPermits(BudgetGrant Grant, int Used, DateTimeOffset? LastSentAt) : SyncEffect;

    /// <summary>Tell the budget what Meta blocked.</summary>
    public sealed record ReportUsage(ScopeBlock Block) : SyncEffect;

    /// <summary>Tell those who look for incidents how a run ended.</summary>
    /// <param name="Failure">How it failed, where that may be an incident; null for a success and for every other failure.</param>
    /// <param name="Message">What was said; null for a success.</param>
    /// <param name="Recovered">The incident that the account suffered from until this success.</param>
    public sealed record ReportOutcome(ErrorSignature? Failure, string? Message, long? Recovered) : SyncEffect;

    /// <summary>Start the pump.</summary>
    /// <param name="Number">Names the run; every report carries it.</param>
    /// <param name="Plan">What to read.</param>
    /// <param name="Grant">The permits.</param>
    /// <param name="Request">The request that it serves, or null.</param>
    public sealed record StartRun(long Number, PlannedRun Plan, BudgetGrant Grant, SyncRequest? Request) : SyncEffect
    {
        /// <summary>The run as <see cref="InsightsPull"/> takes it.</summary>
        public PullRequest ToPullRequest(AdAccountKey account) =>
            new(account, Plan.Job.WireName(), Request?.Trigger ?? "schedule", Plan.Window, Plan.Reports) { MovesCursor = Plan.MovesCursor, Entity = Plan.Entity };
    }

    /// <summary>Hand further permits to the run.</summary>
    public sealed record GivePermits(long Number, BudgetGrant Grant) : SyncEffect;

    /// <summary>Stop the run; it ends with an event.</summary>
    public sealed record CancelRun(long Number, string Reason) : SyncEffect;

    /// <summary>A request will not be run: close its row in <c>sync_runs</c> with the reason.</summary>
    public sealed record RefuseRequest(SyncRequest Request, string Reason) : SyncEffect;

    /// <summary>What is known is old: deactivate, and read again what is stored.</summary>
    public sealed record Reload(string Reason) : SyncEffect;

    /// <summary>A line for the log.</summary>
    public sealed record Log(SyncNote Note, string Text) : SyncEffect;
}

/// <summary>What a log line is about; bounded, so that it may be a metric's tag.</summary>
public enum SyncNote
{
    /// <summary>Settings were applied.</summary>
    Settings,

    /// <summary>A command was recorded.</summary>
    Command,

    /// <summary>A report of a run that is not under way was ignored.</summary>
    Stale,

    /// <summary>A run was begun.</summary>
    RunBegun,

    /// <summary>A run ended.</summary>
    RunEnded,

    /// <summary>Health changed.</summary>
    Health,

    /// <summary>The account tries for all that suffer from an incident.</summary>
    Incident,
}

/// <summary>What the machine decided.</summary>
/// <param name="State">The next state.</param>
/// <param name="Effects">What to do, in order.</param>
public sealed record SyncDecision(AccountState State, System.Collections.Immutable.ImmutableArray<SyncEffect> Effects);
