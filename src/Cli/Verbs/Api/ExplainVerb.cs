using System.Globalization;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Time;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains explain</c>: what an account does, from what it decided so, and what comes next.</summary>
internal static class ExplainVerb
{
    public static async Task<int> RunAsync(ApiSession session)
    {
        var explained = await session.Api.GetAsync<Explanation>(Routes.Explain(await session.TenantAsync(), session.Account!), session.Cancellation);
        session.Terminal.Line($"{explained.Account}: {explained.Health}, tier {explained.Tier}, next due {Cell(explained.NextDueAt)}"
            + (explained.RunningJob is { } job ? $", runs {job}{(explained.RunId is { } run ? $" (run {run})" : "")}" : "")
            + (explained.Waiting > 0 ? $", {explained.Waiting} runs wait" : ""));
        foreach (var line in Lines(explained))
            session.Terminal.Line(line);
        session.Terminal.Table(["about", "what", "when"], explained.Facts.Select(fact => new[] { fact.Topic, fact.Text, Cell(fact.At) }));
        if (explained.Jobs is { Count: > 0 } jobs)
        {
            session.Terminal.Table(
                ["job", "due", "would read", "published to", "last success", ">calls", "not now, because"],
                jobs.Select(next => new[]
                {
                    next.Job, Cell(next.DueAt), next.Window is { } days ? $"{DateRange.Iso(days.Since)}..{DateRange.Iso(days.Until)}" : "", Cell(next.Cursor is { } day ? DateRange.Iso(day) : null),
                    Cell(next.LastSucceededAt), Cell(next.LastCalls), next.Obstacle ?? "",
                }));
        }

        session.Terminal.Result(explained);
        return ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(Explanation explained)
    {
        if (explained.Condition is { State: not "active" } health)
            yield return $"  health: {health.State} since {Cell(health.Since)}, up to {health.Owner}{(health.NextTry is { } next ? $", tried again {Cell(next)}" : "")}";
        if (explained.Decision is { Job: { } job } decision)
        {
            yield return $"  decided: {job} due {Cell(decision.DueAt)}, priority {decision.Priority}"
                + (decision.EffectivePriority == decision.Priority ? "" : $" (by now {decision.EffectivePriority})")
                + $": {decision.Outcome.Replace('_', ' ')}{(decision.Obstacle is { } obstacle ? $", since {obstacle}" : "")}";
        }

        if (explained.Budget is { } budget)
        {
            yield return $"  budget: {budget.Wanted} calls asked for since {Cell(budget.Since)}"
                + (budget.Ahead is { } ahead ? $", {ahead} of {budget.Queue} before it" : "")
                + (budget.Scope is { } scope ? $", waiting for {scope}" : "") + (budget.Until is { } until ? $", asked again {Cell(until)}" : "");
        }

        if (explained.Schedule is { } schedule)
        {
            yield return schedule.Cron is { } cron
                ? $"  schedule: at {cron}, {Clock(schedule.OffsetSeconds)} later"
                : $"  schedule: every {Clock(schedule.IntervalSeconds ?? 0)}, {Clock(schedule.OffsetSeconds)} into the interval";
        }

        if (explained.LastRun is { } last)
            yield return $"  last run: {RunVerbs.Text(last)}";
    }

    private static string Clock(double seconds) => TimeSpan.FromSeconds(Math.Floor(seconds)).ToString("c", CultureInfo.InvariantCulture);
}
