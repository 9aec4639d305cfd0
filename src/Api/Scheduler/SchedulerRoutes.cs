using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;

namespace MetaGrains.Api.Scheduler;

/// <summary>What a run of the scheduler did.</summary>
/// <param name="Due">Accounts that were due.</param>
/// <param name="Woken">Those that were told.</param>
/// <param name="Message">The same in words.</param>
public sealed record SchedulerReport(int Due, int Woken, string Message);

/// <summary>The tier scheduler.</summary>
internal static class SchedulerRoutes
{
    private static readonly SchedulerReport Example = new(12, 12, "12 accounts were due, 12 were woken.");

    public static void MapScheduler(this IEndpointRouteBuilder routes, bool jobsEnabled) =>
        routes.MapTrigger("POST", "/v1/scheduler/run", Access.Operator, new("runScheduler", "Scheduler", "Wake whoever is due now", new AnswerDoc(202, "They were told.", Example))
        {
            Description = "Accounts wake themselves; this wakes at once those that are due, as after an outage.",
        }, RunAsync, jobsEnabled);

    private static async Task<IResult> RunAsync(SiloCalls silo, CancellationToken cancellationToken)
    {
        var reports = await Task.WhenAll(SweepKey.All.Select(sweep => silo.AskAsync(grains => grains.Sweep(sweep).RunAsync(), cancellationToken)));
        var (due, woken) = (reports.Sum(report => report.Due), reports.Sum(report => report.Woken));
        return Answer.Accepted(new SchedulerReport(due, woken, $"{due} {(due == 1 ? "account was" : "accounts were")} due, {woken} {(woken == 1 ? "was" : "were")} woken."));
    }
}
