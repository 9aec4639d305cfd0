using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Something that could run now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Request">The request that it serves; null when it is due by itself.</param>
/// <param name="Priority">The plan's priority.</param>
/// <param name="Effective">The priority after ageing.</param>
/// <param name="DueAt">When it was due, or asked for.</param>
/// <param name="Interval">The interval at which it recurs, or null.</param>
internal sealed record SyncCandidate(
    SyncJob Job, SyncRequest? Request, Priority Priority, Priority Effective, DateTimeOffset DueAt, TimeSpan? Interval)
{
    public BudgetRequest ToBudgetRequest(AccountState state, long number, int wanted) => new()
    {
        Requester = state.Account.ToString(),
        RequestId = number,
        Priority = Priority,
        Wanted = wanted,
        DueAt = DueAt,
        Interval = Interval,
        Scopes = state.Settings.ScopesOf(Job, state.Account.Account),
    };
}

/// <summary>What wants to run, and what keeps it from running.</summary>
internal static class SyncCandidates
{
    /// <summary>What is to run next, or null.</summary>
    public static SyncCandidate? Best(AccountState state, DateTimeOffset now)
    {
        SyncCandidate? best = null;
        foreach (var candidate in All(state, now))
        {
            if ((best is null || IsBefore(candidate, best)) && Obstacle(state, candidate, now) is null)
                best = candidate;
        }

        return best;
    }

    private static bool IsBefore(SyncCandidate one, SyncCandidate other) =>
        (one.Effective, one.DueAt, one.Job).CompareTo((other.Effective, other.DueAt, other.Job)) < 0;

    /// <summary>Everything that was asked for or is due, each once, however often it was missed.</summary>
    public static IEnumerable<SyncCandidate> All(AccountState state, DateTimeOffset now)
    {
        foreach (var request in state.Requests)
        {
            if (Plan(state, request.Job, request, now) is not { } plan)
                continue;
            yield return Candidate(request.Job, request, plan.Priority, request.AskedAt, state.Job(request.Job).Interval, now);
        }

        foreach (var job in state.Jobs)
        {
            if (job.NextDue <= now && job.Job.IsPlanned() && Plan(state, job.Job, null, now) is { } plan)
                yield return Candidate(job.Job, null, plan.Priority, job.NextDue.Value, job.Interval, now);
        }
    }

    /// <summary>
    /// The candidate that a run under way once was. What waits behind it and is more urgent lends it its rank, or a run
    /// that waits for permits would keep its account waiting for as long as it is in no hurry itself.
    /// </summary>
    public static SyncCandidate Of(AccountState state, RunningRun run, DateTimeOffset now)
    {
        var own = Candidate(run.Plan.Job, run.Request, run.Plan.Priority, run.DueAt, state.Job(run.Plan.Job).Interval, now);
        // What rests or is blocked would not run if this one were over. The due time and the interval stay its own: by
        // them the budget knows what the work has had.
        return Best(state, now) is { } first && first.Effective < own.Effective ? own with { Priority = first.Effective, Effective = first.Effective } : own;
    }

    /// <summary>What a run would read; null when Meta answers for none of the days that were asked for, or no report is defined for the job.</summary>
    public static PlannedRun? Plan(AccountState state, SyncJob job, SyncRequest? request, DateTimeOffset now)
    {
        var inputs = state.Settings.PlanInputs;
        if (!state.Refused.IsEmpty)
            inputs = inputs with { Reports = inputs.Reports.RemoveAll(report => state.Refused.Any(refusal => refusal.Report == report.Name && refusal.Until > now)) };
        var plan = request switch
        {
            { Range: { } range } => SyncPlan.ForRange(job, inputs, range, now),
            { Preset: { } preset } => SyncPlan.ForPreset(job, inputs, preset, now),
            _ => SyncPlan.For(job, inputs, state.Job(job).Cursor, now),
        };
        if (request?.Entity is { } entity)
            plan = plan?.Of(entity);
        if (plan is not null && plan.Reports.IsEmpty && (job.ReadsInsights() || plan.Entity is not null))
            return null;
        return plan is not null && request?.Priority is { } priority ? plan with { Priority = priority } : plan;
    }

    /// <summary>Permits that a run will likely need: as many as the last one of its job used, which says nothing of one object.</summary>
    public static int PermitsFor(AccountState state, SyncCandidate candidate) => candidate.Request?.Entity is not null
        ? SyncMachine.FirstAsk
        : Math.Clamp(state.Job(candidate.Job).LastCalls ?? SyncMachine.FirstAsk, 1, SyncMachine.MaxAsk);

    /// <summary>Why an account runs nothing at all, for a person; null when it may.</summary>
    public static string? Obstacle(AccountState state, DateTimeOffset now)
    {
        var settings = state.Settings;
        if (!settings.TenantEnabled)
            return "the tenant is paused";
        if (!settings.Enabled)
            return "the account is paused";
        if (!settings.SchedulerEnabled)
            return "everything is paused by the operator";
        if (!settings.JobsEnabled)
            return "Meta jobs are switched off (META_JOBS_ENABLED)";
        if (settings.CurrencyRefusal is { } refusal)
            return refusal;
        if (settings.Connection is null)
            return "the account has no connection";
        if (state.Parked is { } parked && !(parked.NextTry <= now))
            return $"{parked.Reason}{(parked.NextTry is { } at ? $" Next try {Moment.Text(at)}." : "")}";
        return null;
    }

    /// <summary>Why a candidate does not run, for a person; null when it may.</summary>
    public static string? Obstacle(AccountState state, SyncCandidate candidate, DateTimeOffset now)
    {
        if (Obstacle(state, now) is { } general)
            return general;
        if (IncidentRest.Of(state, candidate.Job) is { } incident && incident.Id != state.Probing)
            return $"Meta has an incident ({incident.Signature} on many accounts since {Moment.Text(incident.OpenedAt)}); one account at a time tries whether it is over";
        var backoff = state.Backoff;
        if (backoff.BlockOf(candidate.Job, now) is { } block)
            return $"Meta blocks {block.Scope?.ToString() ?? "the account"} until {Moment.Text(block.Until)}";
        // Who asks after a failure has perhaps mended its cause.
        var knows = candidate.Request is { } request && request.Failures == 0 && request.AskedAt > backoff.Last?.At;
        if (backoff.RetryAt > now && !knows)
            return $"the next try after {backoff.ConsecutiveErrors} failed runs is at {Moment.Text(backoff.RetryAt.Value)}";
        var job = state.Job(candidate.Job);
        if (job.RetryAt > now && !knows)
            return $"the next try after {job.Errors} failed runs of {candidate.Job.WireName()} is at {Moment.Text(job.RetryAt.Value)}";
        if (state.HighOnlyUntil > now && candidate.Effective != Priority.High)
            return $"the tenant serves HIGH only until {Moment.Text(state.HighOnlyUntil.Value)}, since Meta blocks another scope of it";
        return null;
    }

    private static SyncCandidate Candidate(
        SyncJob job, SyncRequest? request, Priority priority, DateTimeOffset dueAt, TimeSpan? interval, DateTimeOffset now) =>
        new(job, request, priority, BudgetOrder.Effective(priority, dueAt, interval, now), dueAt, interval);
}
