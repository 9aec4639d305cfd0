using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Scheduler;

/// <summary>Whether anything is synced at all.</summary>
/// <param name="Enabled">False: everything is paused.</param>
/// <param name="Reason">Why; null where nobody said.</param>
/// <param name="ChangedAt">When it was changed last.</param>
public sealed record SchedulerView(bool Enabled, string? Reason, DateTimeOffset ChangedAt)
{
    internal static SchedulerView Of(SchedulerState state) => new(state.Enabled, state.Reason, state.ChangedAt);
}

/// <summary>Pauses or resumes everything.</summary>
public sealed record SchedulerChange : IChecked
{
    private const int LongestReason = 500;

    /// <summary>False pauses, true resumes.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    void IChecked.Check(Faults faults) => faults.Text("reason", Reason, LongestReason);
}

/// <summary>The switch for everything.</summary>
internal static class SchedulerSwitchRoutes
{
    private const string Path = "/v1/scheduler";

    private static readonly SchedulerView Example = new(false, "Meta has an outage.", new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero));

    public static void MapSchedulerSwitch(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", Path, Access.Operator, new("getScheduler", "Scheduler", "Show whether anything is synced", new AnswerDoc(200, "The switch.", Example)), ShowAsync);
        routes.MapRoute("PUT", Path, Access.Operator, new("switchScheduler", "Scheduler", "Pause or resume everything", new AnswerDoc(200, "As it is now.", Example))
        {
            Description = "Every account of every tenant hears of it within seconds; their own switches stay as they are. What was missed is caught up with by one run each, at the pace of a slow start.",
            Body = new SchedulerChange { Enabled = false, Reason = "Meta has an outage." },
        }, ChangeAsync);
    }

    private static async Task<IResult> ShowAsync(SchedulerSwitch switches, CancellationToken cancellationToken) =>
        Answer.Ok(SchedulerView.Of(await switches.GetAsync(cancellationToken)));

    private static async Task<IResult> ChangeAsync(Caller caller, Body<SchedulerChange> body, SchedulerSwitch switches, CancellationToken cancellationToken) =>
        Answer.Ok(SchedulerView.Of(await switches.SetAsync(body.Value.Enabled, body.Value.Reason, caller.Name, cancellationToken)));
}
