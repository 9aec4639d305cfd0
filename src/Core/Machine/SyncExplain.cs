using System.Collections.Immutable;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>What a fact is about.</summary>
public enum FactTopic
{
    /// <summary>Whether it runs now, and why.</summary>
    Decision,

    /// <summary>How the account is.</summary>
    Health,

    /// <summary>Tier, interval and offset.</summary>
    Schedule,

    /// <summary>One job: due time, window, cursor.</summary>
    Job,

    /// <summary>Runs that were asked for.</summary>
    Queue,

    /// <summary>What the budget said.</summary>
    Budget,

    /// <summary>An incident that the account suffers from.</summary>
    Incident,

    /// <summary>The last failure and what to do.</summary>
    LastError,

    /// <summary>A report that is not asked for as a whole.</summary>
    Report,
}

/// <summary>One fact about an account.</summary>
/// <param name="Topic">What it is about.</param>
/// <param name="Text">A sentence for a person.</param>
/// <param name="At">The moment that it speaks of, if it does.</param>
public sealed record SyncFact(FactTopic Topic, string Text, DateTimeOffset? At = null);

/// <summary>Says why an account does what it does.</summary>
public static class SyncExplain
{
    /// <summary>The facts, the most telling first; the first one answers "does it run now, and if not, why".</summary>
    public static ImmutableArray<SyncFact> Explain(AccountState state, DateTimeOffset now) =>
    [
        Decision(state, now),
        new(FactTopic.Health, $"{state.Health.Health.WireName()} since {Moment.Text(state.Health.Since)}: {state.Health.Reason}", state.Health.NextTry),
        Schedule(state),
        .. state.Jobs.Where(job => job.Job.IsPlanned()).Select(job => Job(state, job, now)),
        .. state.Refused.Select(refusal => new SyncFact(
            FactTopic.Job, $"Report {refusal.Report} is left out until {Moment.Text(refusal.Until)}: {refusal.Reason}", refusal.Until)),
        .. Incident(state),
        .. Queue(state, now),
        .. Budget(state),
        .. LastError(state),
    ];

    /// <summary>How a report is asked for that does not fit as a whole.</summary>
    public static SyncFact Report(string report, string words, DateTimeOffset since) =>
        new(FactTopic.Report, $"{report}: {words} since {Moment.Text(since)}.", since);

    private static SyncFact Decision(AccountState state, DateTimeOffset now)
    {
        if (state.Run is { } run)
        {
            return new(FactTopic.Decision,
                $"It runs {run.Plan.Job.WireName()} over {run.Plan.Subject} since {Moment.Text(run.StartedAt)}: {Describe(run.Stage)}.", run.StartedAt);
        }

        var waiting = SyncCandidates.All(state, now).OrderBy(candidate => candidate.Effective).ThenBy(candidate => candidate.DueAt).ToArray();
        if (SyncCandidates.Best(state, now) is { } best)
        {
            return new(FactTopic.Decision,
                $"{best.Job.WireName()} was due at {Moment.Text(best.DueAt)} and waits for the budget.", state.Ask?.Wait?.Until);
        }

        if (SyncCandidates.Obstacle(state, now) is { } general)
            return new(FactTopic.Decision, $"It does not run: {general}.".Replace("..", ".", StringComparison.Ordinal), state.Parked?.NextTry);
        if (waiting is [var first, ..])
            return new(FactTopic.Decision, $"{first.Job.WireName()} does not run: {SyncCandidates.Obstacle(state, first, now)}.", state.WakeAt);
        return state.NextDueAt is { } due
            ? new(FactTopic.Decision, $"It does not run: nothing is due before {Moment.Text(due)}.", due)
            : new(FactTopic.Decision, "It does not run: nothing is scheduled.");
    }

    private static string Describe(RunStage stage) => stage switch
    {
        RunStage.Starting => "starting",
        RunStage.Reading => "reading",
        RunStage.WaitingForPermits => "waiting for permits",
        RunStage.Cancelling => "stopping",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Unknown stage."),
    };

    private static SyncFact Schedule(AccountState state)
    {
        var (settings, tier) = (state.Settings, state.Settings.Tier);
        var interval = settings.TierInterval;
        var when = settings.RecurrenceOf(SyncJob.Tier) is Recurrence.Cron { Expression: var cron }
            ? $"at {cron} UTC and {state.Offset.Within(Recurrence.Cron.Spread)} later"
            : $"every {interval} at {state.Offset.Within(interval)} into the interval";
        var unread = tier.Cron is not null && !CronExpression.TryParse(tier.Cron, out _, out var refusal) ? $" Its cron expression is not used: {refusal}" : "";
        return new(FactTopic.Schedule,
            $"Tier {tier.Name}: {when}, {Days(settings)}{(settings.IntervalOverride is null ? "" : "; the interval is the account's own")}.{(settings.AutoTier is { } why ? $" The tier is chosen by itself: {why}." : "")}{unread}",
            state.NextDueAt);
    }

    private static string Days(AccountSettings settings) =>
        settings.PlanInputs.TierDays is var days && settings.Lookback is { } learned && days > settings.Tier.DateRangeDays
            ? $"{days} days instead of {settings.Tier.DateRangeDays}, since {learned.Reason}"
            : $"{days} days";

    private static SyncFact Job(AccountState state, JobState job, DateTimeOffset now)
    {
        if (SyncCandidates.Plan(state, job.Job, null, now) is not { } plan)
            return new(FactTopic.Job, $"{job.Job.WireName()}: no report is defined for it.");
        var due = job.NextDue is { } at ? $"due {Moment.Text(at)}" : job.LastSucceeded is null ? "on request" : "not due again by itself";
        var done = !job.Job.ReadsInsights() ? (job.LastSucceeded is { } last ? $"read at {Moment.Text(last)}" : "never read")
            : job.Cursor is { } day ? $"published up to {Time.DateRange.Iso(day)}" : "never published";
        var gap = plan.Uncovered is { } days ? $"; {days} is out of its reach, backfill it" : "";
        return new(FactTopic.Job, $"{job.Job.WireName()}: {due}, would read {plan.Subject}, {done}{gap}.", job.NextDue);
    }

    private static IEnumerable<SyncFact> Queue(AccountState state, DateTimeOffset now) =>
        from request in state.Requests
        let plan = SyncCandidates.Plan(state, request.Job, request, now)
        select new SyncFact(FactTopic.Queue,
            $"Run {request.RunId} of {request.Job.WireName()} over {plan?.Subject ?? "nothing that Meta answers for"}"
            + $" was asked for by {request.Trigger} at {Moment.Text(request.AskedAt)}"
            + $"{(state.Run?.Request?.RunId == request.RunId ? " and is under way" : "")}.",
            request.AskedAt);

    private static IEnumerable<SyncFact> Budget(AccountState state)
    {
        if (state.Ask is { } ask)
        {
            yield return ask.Wait is { } wait
                ? new(FactTopic.Budget, $"{ask.Request.Wanted} permits are asked for since {Moment.Text(ask.Since)}; the budget says wait until {Moment.Text(wait.Until)}: {HealthRules.Why(wait)}.", wait.Until)
                : new(FactTopic.Budget, $"The budget was asked for {ask.Request.Wanted} permits at {Moment.Text(ask.AskedAt)}.", ask.AskedAt);
        }

        if (state.HighOnlyUntil is { } until)
            yield return new(FactTopic.Budget, $"The tenant serves HIGH only until {Moment.Text(until)}.", until);
    }

    private static IEnumerable<SyncFact> Incident(AccountState state)
    {
        if (state.Errors > 0 && IncidentRest.Open(state) is { } incident)
        {
            yield return new(FactTopic.Incident,
                $"Incident {incident.Id} since {Moment.Text(incident.OpenedAt)}: {incident.Signature} on {incident.Accounts} accounts"
                + $"{(state.Probing == incident.Id ? "; this one tries whether it is over" : "")}.", incident.OpenedAt);
        }
    }

    private static IEnumerable<SyncFact> LastError(AccountState state)
    {
        if (state.Backoff.Last is not { } error)
            yield break;
        var code = error.Code is { } number ? $" [code {number}{(error.Subcode is { } sub ? $"/{sub}" : "")}]" : "";
        yield return new(FactTopic.LastError, $"Last error at {Moment.Text(error.At)}{code}: {error.Message} {error.Advice}".TrimEnd(), error.At);
    }
}
