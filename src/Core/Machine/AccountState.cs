using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Where a run stands.</summary>
public enum RunStage
{
    /// <summary>The pump was told to start.</summary>
    Starting,

    /// <summary>It reads.</summary>
    Reading,

    /// <summary>It has used its permits up and waits for more.</summary>
    WaitingForPermits,

    /// <summary>It was told to stop.</summary>
    Cancelling,
}

/// <summary>The run that is under way; an account has at most one.</summary>
public sealed record RunningRun
{
    /// <summary>Names the run between machine and pump; a report with another number is stale.</summary>
    public required long Number { get; init; }

    /// <summary>What it reads.</summary>
    public required PlannedRun Plan { get; init; }

    /// <summary>The request that it serves; null when it was due by itself.</summary>
    public SyncRequest? Request { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the work was due.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Its permits.</summary>
    public required BudgetGrant Grant { get; init; }

    /// <summary>Where it stands.</summary>
    public RunStage Stage { get; init; }

    /// <summary><c>sync_runs.run_id</c>, once the pump has it.</summary>
    public long? RunId { get; init; }

    /// <summary>The fence, once the pump has it.</summary>
    public long? Epoch { get; init; }
}

/// <summary>A request to the budget that is not granted yet.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="AskedAt">When it was sent.</param>
/// <param name="Wait">The answer "wait"; null while no answer has come.</param>
/// <param name="WokenEarly">The ticket of a wake that came before the answer; null when none did.</param>
/// <param name="Since">Since when permits have been asked for without an end; asking anew does not change it.</param>
public sealed record PendingAsk(
    BudgetRequest Request, DateTimeOffset AskedAt, BudgetAnswer.Wait? Wait = null, long? WokenEarly = null, DateTimeOffset Since = default)
{
    /// <summary>When it asks again by itself.</summary>
    public DateTimeOffset NextAsk => Wait switch
    {
        null => AskedAt + SyncMachine.AskTimeout,
        // Whoever has a ticket is woken, and asks by itself only when the wake was lost. HIGH leaves nothing to chance.
        { Ticket: not 0, Reason: not WaitReason.SlowStart } queued when Request.Priority > Priority.High => queued.Until + SyncMachine.WakeGrace,
        var wait => wait.Until,
    };
}

/// <summary>The reminder as it is registered.</summary>
/// <param name="Period">From one tick to the next.</param>
/// <param name="Offset">The account's place inside the period.</param>
public sealed record ReminderPlan(TimeSpan Period, AccountOffset Offset);

/// <summary>Everything that is known about one account's sync. Immutable: <see cref="SyncMachine"/> makes the next one.</summary>
public sealed record AccountState
{
    /// <summary>The account.</summary>
    public required AdAccountKey Account { get; init; }

    /// <summary>Its place inside every interval.</summary>
    public required AccountOffset Offset { get; init; }

    /// <summary>What people decided.</summary>
    public required AccountSettings Settings { get; init; }

    /// <summary>Its jobs, each once.</summary>
    public required ImmutableArray<JobState> Jobs { get; init; }

    /// <summary>Runs that were asked for, the oldest first. One leaves when it was run or refused, not before.</summary>
    public ImmutableArray<SyncRequest> Requests { get; init; } = [];

    /// <summary>Whether somebody waits for a run: a cron outside does not.</summary>
    public bool IsAskedFor => Requests.Any(request => request.Trigger != SyncRequest.Cron);

    /// <summary>The request to the budget, if one is open.</summary>
    public PendingAsk? Ask { get; init; }

    /// <summary>The run, if one is under way.</summary>
    public RunningRun? Run { get; init; }

    /// <summary>What errors left behind.</summary>
    public BackoffState Backoff { get; init; } = BackoffState.None;

    /// <summary>Set while the account waits for a person.</summary>
    public Parking? Parked { get; init; }

    /// <summary>Reports that are left out, each once.</summary>
    public ImmutableArray<ReportRefusal> Refused { get; init; } = [];

    /// <summary>Incidents of late, open and over, as the silo knows them.</summary>
    public ImmutableArray<IncidentNotice> Incidents { get; init; } = [];

    /// <summary>The incident for which it may try, while it does.</summary>
    public long? Probing { get; init; }

    /// <summary>How it is; derived from the rest after each event.</summary>
    public required HealthState Health { get; init; }

    /// <summary>Until when the tenant's budget serves HIGH only.</summary>
    public DateTimeOffset? HighOnlyUntil { get; init; }

    /// <summary>The last number given to a run or a request; numbers grow across activations, since they start from the clock.</summary>
    public long LastNumber { get; init; }

    /// <summary>The reminder as it was registered last.</summary>
    public ReminderPlan? Reminder { get; init; }

    /// <summary>The wake-up that is set.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>When the account is due next by itself: the least of its jobs.</summary>
    public DateTimeOffset? NextDueAt
    {
        get
        {
            DateTimeOffset? first = null;
            foreach (var job in Jobs)
                first = job.NextDue is { } due && !(first <= due) ? due : first;
            return first;
        }
    }

    /// <summary>Failed runs in a row, of the account or of the job that fails on its own the longest: <c>sync_error_count</c>.</summary>
    public int Errors
    {
        get
        {
            var most = Backoff.ConsecutiveErrors;
            foreach (var job in Jobs)
                most = Math.Max(most, job.Errors);
            return most;
        }
    }

    /// <summary>One job.</summary>
    public JobState Job(SyncJob job) => IndexOf(job) is >= 0 and var index ? Jobs[index] : new JobState { Job = job };

    internal AccountState With(JobState job)
    {
        var index = IndexOf(job.Job);
        return this with { Jobs = index < 0 ? Jobs.Add(job) : Jobs.SetItem(index, job) };
    }

    private int IndexOf(SyncJob job)
    {
        for (var n = 0; n < Jobs.Length; n++)
        {
            if (Jobs[n].Job == job)
                return n;
        }

        return -1;
    }
}
