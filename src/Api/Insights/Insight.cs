using System.Text.Json.Nodes;

namespace MetaGrains.Api.Insights;

/// <summary>A row of the fact: one object and one day, or the sums of one object. Only what fields chooses is there.</summary>
public sealed record Insight
{
    /// <summary>Day in the account's time zone; not in sums.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>The ad account.</summary>
    public string? AdAccountId { get; init; }

    /// <summary>account, campaign, adset or ad.</summary>
    public string? Level { get; init; }

    /// <summary>The object that the row is about.</summary>
    public string? EntityId { get; init; }

    /// <summary>Its campaign; null above campaign level.</summary>
    public string? CampaignId { get; init; }

    /// <summary>Its ad set; null above ad-set level.</summary>
    public string? AdsetId { get; init; }

    /// <summary>The ad; null above ad level.</summary>
    public string? AdId { get; init; }

    /// <summary>The row's breakdown values; null for none.</summary>
    public JsonNode? Breakdowns { get; init; }

    /// <summary>The same as text, name=value by commas; empty for none.</summary>
    public string? BreakdownKey { get; init; }

    /// <summary>The attribution that conversions follow: the one asked for, or the ad set's own setting.</summary>
    public string? AttributionWindow { get; init; }

    /// <summary>ISO 4217 code of all money in the row.</summary>
    public string? Currency { get; init; }

    /// <summary>In sums: how many days have a row.</summary>
    public long? Days { get; init; }

    /// <summary>Impressions.</summary>
    public long? Impressions { get; init; }

    /// <summary>Clicks of all kinds.</summary>
    public long? Clicks { get; init; }

    /// <summary>People; null in sums, since it never adds up.</summary>
    public long? Reach { get; init; }

    /// <summary>Spend, exact.</summary>
    public decimal? Spend { get; init; }

    /// <summary>Purchases plus leads.</summary>
    public decimal? Conversions { get; init; }

    /// <summary>Purchases.</summary>
    public decimal? Purchases { get; init; }

    /// <summary>What they were worth.</summary>
    public decimal? PurchaseValue { get; init; }

    /// <summary>Leads.</summary>
    public decimal? Leads { get; init; }

    /// <summary>What the conversions were worth.</summary>
    public decimal? Revenue { get; init; }

    /// <summary>When the row was last written.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>With as_of: false where the row changed since then while its day was still open, so that it is as it became.</summary>
    public bool? Exact { get; init; }

    /// <summary>Clicks per impression, a fraction.</summary>
    public decimal? Ctr { get; init; }

    /// <summary>Spend per click.</summary>
    public decimal? Cpc { get; init; }

    /// <summary>Spend per 1,000 impressions.</summary>
    public decimal? Cpm { get; init; }

    /// <summary>Spend per conversion.</summary>
    public decimal? Cpa { get; init; }

    /// <summary>Conversions per click, a fraction.</summary>
    public decimal? ConversionRate { get; init; }

    /// <summary>Revenue per unit spent.</summary>
    public decimal? Roas { get; init; }

    /// <summary>The report that the row is of.</summary>
    public string? Report { get; init; }

    /// <summary>When actions are counted: mixed, impression or conversion.</summary>
    public string? ActionReportTime { get; init; }

    /// <summary>Actions and their values, by type and attribution window. Types overlap: never add them up.</summary>
    public JsonNode? Actions { get; init; }

    /// <summary>Fields that could not be fetched; null when all were.</summary>
    public IReadOnlyList<string>? Incomplete { get; init; }

    /// <summary>The run that last wrote the row.</summary>
    public long? RunId { get; init; }

    /// <summary>When the row was first published.</summary>
    public DateTimeOffset? FirstSeen { get; init; }
}

/// <summary>Sums of all rows of one currency; ratios are made of these sums.</summary>
/// <param name="Currency">ISO 4217 code of all money.</param>
/// <param name="Rows">How many rows they are made of.</param>
/// <param name="Impressions">Impressions.</param>
/// <param name="Clicks">Clicks of all kinds.</param>
/// <param name="Reach">Always null; reach_note says why.</param>
/// <param name="Spend">Spend, exact.</param>
/// <param name="Conversions">Purchases plus leads.</param>
/// <param name="Purchases">Purchases.</param>
/// <param name="PurchaseValue">What they were worth.</param>
/// <param name="Leads">Leads.</param>
/// <param name="Revenue">What the conversions were worth.</param>
/// <param name="Ctr">Clicks per impression, a fraction.</param>
/// <param name="Cpc">Spend per click.</param>
/// <param name="Cpm">Spend per 1,000 impressions.</param>
/// <param name="Cpa">Spend per conversion.</param>
/// <param name="ConversionRate">Conversions per click, a fraction.</param>
/// <param name="Roas">Revenue per unit spent.</param>
/// <param name="ReachNote">Why no sum has a reach.</param>
public sealed record InsightTotals(
    string Currency, long Rows, long Impressions, long Clicks, long? Reach, decimal Spend, decimal Conversions, decimal Purchases, decimal PurchaseValue,
    decimal Leads, decimal Revenue, decimal? Ctr, decimal? Cpc, decimal? Cpm, decimal? Cpa, decimal? ConversionRate, decimal? Roas, string ReachNote);

/// <summary>Rows of the fact.</summary>
/// <param name="Data">The rows.</param>
/// <param name="NextCursor">Ask with it for the next page; null on the last one.</param>
/// <param name="Totals">With totals=true: the sums of all rows, not only of this page, one per currency.</param>
public sealed record InsightList(IReadOnlyList<Insight> Data, string? NextCursor, IReadOnlyList<InsightTotals>? Totals);
