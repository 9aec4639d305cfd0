using System.Collections.Immutable;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Completeness;

/// <summary>
/// Archived objects: rows at a level leave them out unless their status is asked for, while the account's total
/// contains them (Manage your ad object's status). Deleted ones are never answered.
/// </summary>
public static class ArchivedObjects
{
    private static readonly ImmutableArray<string> Campaign = ["ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"];
    private static readonly ImmutableArray<string> AdSet = Campaign.Add("CAMPAIGN_PAUSED");
    private static readonly ImmutableArray<string> Ad =
        AdSet.AddRange("ADSET_PAUSED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO");

    /// <summary>Every effective status of a kind that Meta lists, archived ones included; none for creatives, which cannot be asked so.</summary>
    public static ImmutableArray<string> StatusesWith(EntityKind kind) => kind switch
    {
        EntityKind.Campaign => Campaign,
        EntityKind.AdSet => AdSet,
        EntityKind.Ad => Ad,
        _ => [],
    };

    /// <summary>The same report with archived objects; itself where its level has none, or where it filters by status already.</summary>
    public static InsightsReport IncludedIn(InsightsReport report)
    {
        if (report.Level == InsightsLevel.Account || report.Filtering.Any(filter => filter.Field.EndsWith("effective_status", StringComparison.Ordinal)))
            return report;
        var statuses = report.Level switch
        {
            InsightsLevel.Campaign => Campaign,
            InsightsLevel.AdSet => AdSet,
            _ => Ad,
        };
        return report with { Filtering = report.Filtering.Add(new InsightsFilter($"{report.Level.WireName()}.effective_status", "IN", statuses)) };
    }

    /// <summary>Whether the rows of a report add up to the account's own total, deleted objects aside.</summary>
    public static bool AddUp(InsightsReport report) =>
        report.Level != InsightsLevel.Account && report.Breakdowns.IsEmpty && report.Filtering.IsEmpty;

    /// <summary>The newest day on which a pull with archived objects had more rows than one without; null for none.</summary>
    public static DateOnly? NeededUntil(SliceEvidence without, SliceEvidence with)
    {
        var before = without.Days.ToDictionary(day => day.Date, day => day.StagedRows);
        var more = with.Days.Where(day => day.StagedRows > before.GetValueOrDefault(day.Date)).Select(day => day.Date).ToArray();
        return more.Length == 0 ? null : more.Max();
    }
}
