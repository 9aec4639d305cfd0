using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Grains.Interfaces.RateLimit;

namespace MetaGrains.Api.Sync;

/// <summary>What an account does, and why.</summary>
/// <param name="Account">Meta's node id.</param>
/// <param name="Health">How it is.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="NextDueAt">When it is due next by itself; null when it never is.</param>
/// <param name="RunningJob">The job that runs; null when none does.</param>
/// <param name="RunId">The run's id; null when none runs, or it has none yet.</param>
/// <param name="Waiting">Runs that were asked for and wait.</param>
/// <param name="Facts">Sentences, the most telling first.</param>
/// <param name="Condition">Its health in full.</param>
/// <param name="Decision">The last decision with its inputs.</param>
/// <param name="Schedule">When its tier's job recurs.</param>
/// <param name="Jobs">Each job: when it is due, and what its next run would read.</param>
/// <param name="Budget">What is asked of the budget; null when nothing is.</param>
/// <param name="Reports">Reports that are not asked for as a whole, or not at all.</param>
/// <param name="Incident">The incident that it suffers from; null for none.</param>
/// <param name="LastRun">The newest run and how it ended; null before the first.</param>
public sealed record Explanation(
    string Account, string Health, string Tier, DateTimeOffset? NextDueAt, string? RunningJob, long? RunId, int Waiting, IReadOnlyList<Fact> Facts,
    ExplainedHealth? Condition, ExplainedDecision? Decision, ExplainedSchedule? Schedule, IReadOnlyList<ExplainedJob> Jobs, ExplainedBudget? Budget,
    IReadOnlyList<ExplainedReport> Reports, long? Incident, Run? LastRun)
{
    private static DateTimeOffset Due { get; } = new(2026, 3, 6, 14, 0, 0, TimeSpan.Zero);

    internal static Explanation Example { get; } = new(
        "act_101", "active", "medium", Due.AddHours(2), null, null, 0,
        [new Fact("decision", "tier was due at 2026-03-06T14:00:00Z and waits for the budget.", Due), new Fact("health", "It syncs.", null)],
        new ExplainedHealth("active", "us", Due.AddDays(-3), null, "It syncs."),
        new ExplainedDecision("waiting_for_budget", "tier", null, Due, "medium", "medium", new RunWindow(new DateOnly(2026, 3, 4), new DateOnly(2026, 3, 6)), null, null, null),
        new ExplainedSchedule(7200, null, 1020, Due.AddMinutes(1)),
        [
            new ExplainedJob("tier", Due, new RunWindow(new DateOnly(2026, 3, 4), new DateOnly(2026, 3, 6)), ["account_daily", "ad_daily"], new DateOnly(2026, 3, 6),
                Due.AddHours(-2), Due.AddHours(-2).AddSeconds(4), 4, 0, null, null),
        ],
        new ExplainedBudget(Due, 4, "queue", "user/5b0f6f0e-7f5e-4d55-9f64-0d5a5c1f2a10", Due.AddMinutes(1), null, 2, 9),
        [new ExplainedReport("ad_daily", "7-day pieces by asynchronous report", Due.AddDays(-2), null, null)], null, RunRoutes.Example);

    internal static Explanation Of(string account, AccountStatus status, QueuePlace? place, Run? lastRun)
    {
        var facts = status.Facts.Select(fact => new Fact(fact.Topic, fact.Text, fact.At)).ToArray();
        if (status.Outlook is not { } outlook)
        {
            return new Explanation(
                account, status.Health, status.Tier, status.NextDueAt, status.RunningJob, status.RunId, status.Waiting, facts, null, null, null, [], null, [], null, lastRun);
        }

        return new Explanation(
            account, status.Health, status.Tier, status.NextDueAt, status.RunningJob, status.RunId, status.Waiting, facts,
            new ExplainedHealth(status.Health, outlook.Owner, outlook.Since, outlook.NextTry, outlook.Reason),
            new ExplainedDecision(
                outlook.Outcome, outlook.Job, outlook.RequestedRun, outlook.DueAt, outlook.Priority, outlook.EffectivePriority,
                Window(outlook.WindowSince, outlook.WindowUntil), outlook.Obstacle, outlook.Entity, outlook.EntityLevel),
            new ExplainedSchedule(outlook.Interval?.TotalSeconds, outlook.Cron, outlook.Offset.TotalSeconds, outlook.WakeAt),
            [.. outlook.Jobs.Select(Of)], BudgetOf(outlook, place), [.. outlook.Reports.Select(Of)], outlook.Incident, lastRun);
    }

    private static ExplainedBudget? BudgetOf(AccountOutlook outlook, QueuePlace? place) => outlook.PermitsSince is not { } since ? null : new ExplainedBudget(
        since, outlook.PermitsWanted, outlook.PermitsReason, outlook.PermitsScope ?? place?.Scope, outlook.PermitsUntil, outlook.HighOnlyUntil,
        place?.Ahead, place?.Waiting);

    private static ExplainedJob Of(AccountJob job) => new(
        job.Job, job.DueAt, Window(job.WindowSince, job.WindowUntil), job.Reports, job.Cursor, job.LastStartedAt, job.LastSucceededAt, job.LastCalls,
        job.Errors, job.RetryAt, job.Obstacle);

    private static ExplainedReport Of(AccountReport report) => new(report.Report, report.Shape, report.Since, report.LeftOutUntil, report.Reason);

    private static RunWindow? Window(DateOnly? since, DateOnly? until) => since is { } first && until is { } last ? new RunWindow(first, last) : null;
}

/// <summary>One fact about an account.</summary>
/// <param name="Topic">decision, health, schedule, job, queue, budget, incident, report or last_error.</param>
/// <param name="Text">A sentence.</param>
/// <param name="At">The moment that it speaks of, if it does.</param>
public sealed record Fact(string Topic, string Text, DateTimeOffset? At);

/// <summary>How an account is.</summary>
/// <param name="State">The state.</param>
/// <param name="Owner">Who has to act: us, customer or meta.</param>
/// <param name="Since">Since when.</param>
/// <param name="NextTry">When it is tried again by itself; null when only a person can help, or nothing is wrong.</param>
/// <param name="Reason">What it means, and what a person can do.</param>
public sealed record ExplainedHealth(string State, string Owner, DateTimeOffset Since, DateTimeOffset? NextTry, string Reason);

/// <summary>A decision with its inputs.</summary>
/// <param name="Outcome">running, waiting_for_budget, held or sleeping.</param>
/// <param name="Job">The most urgent job; null when nothing is due.</param>
/// <param name="RequestedRun">The run that somebody asked for; null when it is due by itself.</param>
/// <param name="DueAt">When it was due.</param>
/// <param name="Priority">The priority of its tier or job.</param>
/// <param name="EffectivePriority">The priority after ageing, or lent by what waits behind.</param>
/// <param name="Window">The days that it reads; null for objects.</param>
/// <param name="Obstacle">Why it does not run.</param>
/// <param name="Entity">The campaign, ad set or ad that it reads alone; null for all of the account.</param>
/// <param name="EntityLevel">campaign, adset or ad; null for all of the account.</param>
public sealed record ExplainedDecision(
    string Outcome, string? Job, long? RequestedRun, DateTimeOffset? DueAt, string? Priority, string? EffectivePriority, RunWindow? Window, string? Obstacle,
    string? Entity, string? EntityLevel);

/// <summary>When the tier's job recurs.</summary>
/// <param name="IntervalSeconds">The tier's interval or the account's own; null where a cron expression says when.</param>
/// <param name="Cron">The tier's cron expression.</param>
/// <param name="OffsetSeconds">The account's place inside the interval, or behind the expression's minute.</param>
/// <param name="WakeAt">When its timer wakes it; null when nothing but its reminder does.</param>
public sealed record ExplainedSchedule(double? IntervalSeconds, string? Cron, double OffsetSeconds, DateTimeOffset? WakeAt);

/// <summary>One job.</summary>
/// <param name="Job">The job.</param>
/// <param name="DueAt">When it is due by itself; null when it never is.</param>
/// <param name="Window">The days that its next run would read; null for objects.</param>
/// <param name="Reports">The reports that its next run would read.</param>
/// <param name="Cursor">The last day that was published.</param>
/// <param name="LastStartedAt">When its last run that moved it on started.</param>
/// <param name="LastSucceededAt">When its last successful run ended.</param>
/// <param name="LastCalls">Calls of that run: what the next one asks the budget for.</param>
/// <param name="Errors">Its failures in a row, where it rests alone.</param>
/// <param name="RetryAt">When it is tried again after a failure of its own.</param>
/// <param name="Obstacle">Why it would not run now if it were due; null when it would.</param>
public sealed record ExplainedJob(
    string Job, DateTimeOffset? DueAt, RunWindow? Window, IReadOnlyList<string> Reports, DateOnly? Cursor, DateTimeOffset? LastStartedAt,
    DateTimeOffset? LastSucceededAt, int? LastCalls, int Errors, DateTimeOffset? RetryAt, string? Obstacle);

/// <summary>What is asked of the tenant's budget.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Wanted">How many calls.</param>
/// <param name="Reason">limit_reached, scope_blocked, cool_down or queue; null while the budget has not answered.</param>
/// <param name="Scope">The limit that has no room.</param>
/// <param name="Until">When it is asked again at the latest.</param>
/// <param name="HighOnlyUntil">Until when the tenant serves HIGH only.</param>
/// <param name="Ahead">How many are before it; null when the budget does not say at once.</param>
/// <param name="Queue">How many wait for that limit, it included.</param>
public sealed record ExplainedBudget(
    DateTimeOffset Since, int Wanted, string? Reason, string? Scope, DateTimeOffset? Until, DateTimeOffset? HighOnlyUntil, int? Ahead, int? Queue);

/// <summary>A report that is not asked for as a whole, or not at all.</summary>
/// <param name="Report">Its name.</param>
/// <param name="Shape">How it is asked for; null when it is left out.</param>
/// <param name="Since">Since when it is asked for so.</param>
/// <param name="LeftOutUntil">Until when it is left out; null when it is asked for.</param>
/// <param name="Reason">What Meta said.</param>
public sealed record ExplainedReport(string Report, string? Shape, DateTimeOffset? Since, DateTimeOffset? LeftOutUntil, string? Reason);
