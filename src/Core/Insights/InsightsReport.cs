using System.Collections.Immutable;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Insights;

/// <summary>A filter of an insights query: <c>{"field":…,"operator":…,"value":[…]}</c>.</summary>
/// <param name="Field">A dotted field, such as <c>ad.effective_status</c> or <c>campaign.id</c>.</param>
/// <param name="Operator">An operator of the Insights API, such as <c>IN</c>.</param>
/// <param name="Values">At least one value.</param>
public sealed record InsightsFilter(string Field, string Operator, ImmutableArray<string> Values);

/// <summary>
/// What is asked of the Insights API for an account, as data: a row of <c>report_definitions</c>.
/// </summary>
/// <param name="Name">Unique name; part of a row's identity in the warehouse.</param>
/// <param name="Level">Which object one row describes.</param>
/// <param name="Fields">Graph fields beyond the ids, dates, currency and attribution setting, which are always asked for.</param>
/// <param name="Breakdowns">Breakdowns; empty for none. Never listed in <paramref name="Fields"/> (Insights breakdowns page).</param>
/// <param name="AttributionWindows">Explicit windows such as <c>7d_click</c>; empty for the ad set's own setting.</param>
/// <param name="Filtering">Filters; empty for none.</param>
public sealed record InsightsReport(
    string Name,
    InsightsLevel Level,
    ImmutableArray<string> Fields,
    ImmutableArray<string> Breakdowns,
    ImmutableArray<string> AttributionWindows,
    ImmutableArray<InsightsFilter> Filtering)
{
    /// <summary>The metrics that every default report asks for.</summary>
    public static ImmutableArray<string> DefaultFields { get; } =
        ["impressions", "clicks", "reach", "spend", "actions", "action_values"];

    /// <summary>The windows asked for beside the default value. <c>7d_view</c> and <c>28d_view</c> answer nothing since 2026-01-12.</summary>
    public static ImmutableArray<string> DefaultWindows { get; } = ["1d_click", "7d_click", "28d_click", "1d_view"];

    /// <summary>The jobs that read a report unless its definition says otherwise.</summary>
    public static ImmutableArray<SyncJob> DefaultJobs { get; } =
        [SyncJob.Tier, SyncJob.Fresh, SyncJob.Incremental, SyncJob.Deep, SyncJob.Backfill];

    /// <summary>The jobs that read it: what costs many rows need not be read every hour.</summary>
    public ImmutableArray<SyncJob> Jobs { get; init; } = DefaultJobs;

    /// <summary>A daily report without breakdowns at one level: <c>account_daily</c> … <c>ad_daily</c>.</summary>
    public static InsightsReport Daily(InsightsLevel level) =>
        new($"{level.WireName()}_daily", level, DefaultFields, [], DefaultWindows, []);

    /// <summary>The reports that every account gets unless its settings say otherwise.</summary>
    public static ImmutableArray<InsightsReport> Defaults { get; } = [.. InsightsLevels.All.Select(Daily)];
}
