using System.Collections.Immutable;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Machine;

/// <summary>What an account decided last, from what, and what comes next: for programs what <see cref="SyncExplain"/> is for people.</summary>
public sealed record SyncOutlook
{
    /// <summary>The decision.</summary>
    public required SyncChoice Choice { get; init; }

    /// <summary>Each job that can be planned.</summary>
    public required ImmutableArray<JobOutlook> Jobs { get; init; }

    /// <summary>What was asked of the budget, while something is.</summary>
    public required PendingAsk? Ask { get; init; }

    /// <summary>The open incident that the account suffers from.</summary>
    public required IncidentNotice? Incident { get; init; }

    /// <summary>The account's place inside its tier's interval, or behind its cron expression's minute.</summary>
    public required TimeSpan Offset { get; init; }

    /// <summary>What follows from a state as it is.</summary>
    public static SyncOutlook Of(AccountState state, DateTimeOffset now) => new()
    {
        Choice = SyncChoice.Of(state, now),
        Jobs = [.. state.Jobs.Where(job => job.Job.IsPlanned()).Select(job => JobOutlook.Of(state, job, now))],
        Ask = state.Ask,
        Incident = state.Errors > 0 ? IncidentRest.Open(state) : null,
        Offset = state.Offset.Within(state.Settings.RecurrenceOf(SyncJob.Tier) is Recurrence.Cron ? Recurrence.Cron.Spread : state.Settings.TierInterval),
    };
}

/// <summary>What comes of an account's decision.</summary>
public enum ChoiceOutcome
{
    /// <summary>A run is under way.</summary>
    Running,

    /// <summary>A run waits for permits.</summary>
    WaitingForBudget,

    /// <summary>Something is due or was asked for, and an obstacle holds it.</summary>
    Held,

    /// <summary>Nothing is due.</summary>
    Sleeping,
}

/// <summary>A decision with its inputs.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Job">The most urgent job; null when nothing is due.</param>
/// <param name="RequestedRun">The run that somebody asked for; null when it is due by itself.</param>
/// <param name="DueAt">When it was due.</param>
/// <param name="Priority">The plan's priority.</param>
/// <param name="Effective">The priority after ageing, or lent by what waits behind.</param>
/// <param name="Window">The days that it reads; null for objects.</param>
/// <param name="Obstacle">Why it does not run, for a person.</param>
public sealed record SyncChoice(
    ChoiceOutcome Outcome, SyncJob? Job = null, long? RequestedRun = null, DateTimeOffset? DueAt = null, Priority? Priority = null,
    Priority? Effective = null, DateRange? Window = null, string? Obstacle = null)
{
    /// <summary>The object that it reads alone, with what is below it; null for all of the account.</summary>
    public EntityScope? Entity { get; init; }

    internal static SyncChoice Of(AccountState state, DateTimeOffset now)
    {
        if (state.Run is { } run)
        {
            var own = SyncCandidates.Of(state, run, now);
            return Of(run.Stage == RunStage.WaitingForPermits ? ChoiceOutcome.WaitingForBudget : ChoiceOutcome.Running, own, WindowOf(run.Plan), null);
        }

        var best = SyncCandidates.Best(state, now)
            ?? SyncCandidates.All(state, now).OrderBy(candidate => candidate.Effective).ThenBy(candidate => candidate.DueAt).FirstOrDefault();
        if (best is null)
            return new SyncChoice(ChoiceOutcome.Sleeping, Obstacle: SyncCandidates.Obstacle(state, now));
        var obstacle = SyncCandidates.Obstacle(state, best, now);
        return Of(obstacle is null ? ChoiceOutcome.WaitingForBudget : ChoiceOutcome.Held, best, WindowOf(SyncCandidates.Plan(state, best.Job, best.Request, now)), obstacle);
    }

    private static SyncChoice Of(ChoiceOutcome outcome, SyncCandidate candidate, DateRange? window, string? obstacle) => new(
        outcome, candidate.Job, candidate.Request?.RunId, candidate.DueAt, candidate.Priority, candidate.Effective, window, obstacle)
    {
        Entity = candidate.Request?.Entity,
    };

    private static DateRange? WindowOf(PlannedRun? plan) => plan is { Job: var job, Window: var days } && job.ReadsInsights() ? days : null;
}

/// <summary>Where one job stands, and what its next run would read.</summary>
/// <param name="State">When it is due, its cursor, its failures.</param>
/// <param name="Window">The days; null for objects, and when no report is read.</param>
/// <param name="Reports">The reports.</param>
/// <param name="Obstacle">Why it would not run now if it were due, for a person.</param>
public sealed record JobOutlook(JobState State, DateRange? Window, ImmutableArray<string> Reports, string? Obstacle)
{
    internal static JobOutlook Of(AccountState state, JobState job, DateTimeOffset now)
    {
        var plan = SyncCandidates.Plan(state, job.Job, null, now);
        var due = new SyncCandidate(job.Job, null, plan?.Priority ?? Priority.Low, plan?.Priority ?? Priority.Low, job.NextDue ?? now, job.Interval);
        return new JobOutlook(
            job, plan is not null && job.Job.ReadsInsights() ? plan.Window : null, plan is null ? [] : [.. plan.Reports.Select(report => report.Name)],
            SyncCandidates.Obstacle(state, due, now));
    }
}
