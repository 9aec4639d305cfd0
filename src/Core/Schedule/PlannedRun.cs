using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Schedule;

/// <summary>What one run is to read.</summary>
/// <param name="Job">The job.</param>
/// <param name="Window">The days, in the account's own zone; for <see cref="SyncJob.Entities"/> the day on which it is read.</param>
/// <param name="Reports">The reports, in the order in which they are published; none for <see cref="SyncJob.Entities"/>.</param>
/// <param name="Priority">Where the run stands in the budget's order.</param>
/// <param name="MovesCursor">
/// Whether the job's cursor may move to the end of the window: false for days that a person asked for, since they may
/// leave a gap before them.
/// </param>
/// <param name="Uncovered">
/// Days between the cursor and the window that the job's rule cannot reach any more; a backfill closes them. Null when
/// the window joins the cursor.
/// </param>
public sealed record PlannedRun(
    SyncJob Job,
    DateRange Window,
    ImmutableArray<InsightsReport> Reports,
    Priority Priority,
    bool MovesCursor,
    DateRange? Uncovered)
{
    /// <summary>The object that is read alone, with what is below it; null for all of the account.</summary>
    public EntityScope? Entity { get; init; }

    /// <summary>What is read, for a person.</summary>
    public string Subject => !Job.ReadsInsights() ? "campaigns, ad sets, ads and creatives" : Entity is null ? Window.ToString() : $"{Window} of {Entity}";

    /// <summary>
    /// The same run for one object: it reads only reports that say which rows are the object's, and moves nothing on,
    /// since every other object stays unread.
    /// </summary>
    public PlannedRun Of(EntityScope entity) =>
        this with { Entity = entity, Reports = [.. Reports.Where(entity.Reaches)], MovesCursor = false, Uncovered = null };
}
