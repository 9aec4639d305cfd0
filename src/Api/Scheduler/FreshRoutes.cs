using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Scheduler;

/// <summary>What asking for fresh data of everything did.</summary>
/// <param name="Integrations">Connections whose accounts were asked for.</param>
/// <param name="Cooling">Connections that were asked for too recently.</param>
/// <param name="Enqueued">Runs that were made.</param>
/// <param name="Message">The same in words.</param>
public sealed record FreshReport(int Integrations, int Cooling, int Enqueued, string Message)
{
    internal static FreshReport Of(FreshAsk ask) => new(
        ask.Integrations, ask.Cooling, ask.Runs,
        $"Meta sync enqueued: {ask.Runs} {(ask.Runs == 1 ? "run" : "runs")} of {ask.Integrations} {(ask.Integrations == 1 ? "integration" : "integrations")}"
        + $"{(ask.Cooling == 0 ? "" : $"; {ask.Cooling} {(ask.Cooling == 1 ? "is" : "are")} cooling down")}.");
}

/// <summary>The scheduler for crons that stand outside.</summary>
internal static class FreshRoutes
{
    private static readonly FreshReport Example = new(3, 1, 12, "Meta sync enqueued: 12 runs of 3 integrations; 1 is cooling down.");

    public static void MapFresh(this IEndpointRouteBuilder routes, ApiSettings settings) =>
        routes.MapTrigger("POST", "/api/scheduler/meta", Access.Cron, new("askFresh", "Scheduler", "Ask for fresh data of every connection", new AnswerDoc(202, "What was enqueued.", Example))
        {
            Description = "Enqueues a meta_fresh run of every enabled account, per connection at most once in META_FRESH_SCHED_MINUTES. "
                + "Its bearer is META_CRON_SECRET (or CRON_SECRET), or the operator key. It is accepted whether or not a silo runs.",
        }, (FreshScheduler scheduler, CancellationToken cancellationToken) => AskAsync(scheduler, settings.FreshCooldown, cancellationToken), settings.JobsEnabled);

    private static async Task<IResult> AskAsync(FreshScheduler scheduler, TimeSpan cooldown, CancellationToken cancellationToken) =>
        Answer.Accepted(FreshReport.Of(await scheduler.AskAsync(cooldown, cancellationToken)));
}
