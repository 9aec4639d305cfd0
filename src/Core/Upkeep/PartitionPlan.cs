using System.Collections.Immutable;

namespace MetaGrains.Core.Upkeep;

/// <summary>How far ahead monthly tables are made, and how long they stay. Section <c>MetaGrains:Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "MetaGrains:Retention";

    /// <summary>Months after the current one for which tables exist. Default: 2.</summary>
    public int MonthsAhead { get; set; } = 2;

    /// <summary>Months for which the fact stays, the current one included; null for ever. Default: null.</summary>
    public int? InsightMonths { get; set; }

    /// <summary>Months for which Meta's raw rows stay, the current one included; null for ever. Default: 13.</summary>
    public int? RawMonths { get; set; } = 13;

    /// <summary>Days after which rows of ended runs, revisions of removed months and done webhooks go. Default: 400.</summary>
    public int LogDays { get; set; } = 400;

    /// <summary>Hours after which a run that still says "running" was left behind by a dead process. Default: 12.</summary>
    public int AbandonedAfterHours { get; set; } = 12;

    /// <summary>Says what is wrong with the options, or null.</summary>
    public string? Refuse() =>
        MonthsAhead is < 1 or > 24 ? $"MetaGrains:Retention:MonthsAhead must be 1 to 24, not {MonthsAhead}."
        : InsightMonths is < 2 ? $"MetaGrains:Retention:InsightMonths must be at least 2, not {InsightMonths}: the current month and the one that is still restated."
        : RawMonths is < 2 ? $"MetaGrains:Retention:RawMonths must be at least 2, not {RawMonths}."
        : LogDays < 30 ? $"MetaGrains:Retention:LogDays must be at least 30, not {LogDays}."
        : AbandonedAfterHours is < 1 or > 168 ? $"MetaGrains:Retention:AbandonedAfterHours must be 1 to 168, not {AbandonedAfterHours}."
        : null;
}

/// <summary>One month of one partitioned table.</summary>
/// <param name="Table">The partitioned table.</param>
/// <param name="Month">The month's first day.</param>
public readonly record struct MonthTable(string Table, DateOnly Month);

/// <summary>What upkeep does to the monthly tables.</summary>
/// <param name="Since">Tables are made from this day …</param>
/// <param name="Until">… to this one.</param>
/// <param name="Detach">Months that are older than they are kept, oldest first.</param>
public sealed record PartitionPlan(DateOnly Since, DateOnly Until, ImmutableArray<MonthTable> Detach)
{
    /// <summary>The plan of a day.</summary>
    /// <param name="attached">The months that there are.</param>
    /// <param name="today">The day, in UTC.</param>
    /// <param name="options">How long what stays.</param>
    public static PartitionPlan Of(IEnumerable<MonthTable> attached, DateOnly today, RetentionOptions options)
    {
        var month = new DateOnly(today.Year, today.Month, 1);
        return new PartitionPlan(
            month, month.AddMonths(options.MonthsAhead),
            [.. attached.Where(table => Kept(table.Table, options) is { } months && table.Month < month.AddMonths(1 - months))
                .OrderBy(table => table.Month).ThenBy(table => table.Table, StringComparer.Ordinal)]);
    }

    private static int? Kept(string table, RetentionOptions options) => table switch
    {
        "meta_insights_daily" => options.InsightMonths,
        "meta_insights_raw" => options.RawMonths,
        _ => null,
    };
}
