namespace MetaGrains.Core.Insights;

/// <summary>
/// One day of one object, as parsed from a page. The memory fields point into the page's pooled buffer and die with
/// <see cref="InsightPage.Dispose()"/>; strings are shared between rows, so a row costs no allocation of its own.
/// </summary>
public readonly struct InsightRow
{
    /// <summary><c>date_start</c>: a date of the account's own time zone.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>The campaign, or null at account level.</summary>
    public string? CampaignId { get; init; }

    /// <summary>The ad set, or null above ad-set level.</summary>
    public string? AdSetId { get; init; }

    /// <summary>The ad, or null above ad level.</summary>
    public string? AdId { get; init; }

    /// <summary>ISO 4217 code of <see cref="Spend"/> and all values.</summary>
    public required string Currency { get; init; }

    /// <summary>The attribution setting that <c>value</c> follows, such as <c>7d_click</c>; empty when Meta names none.</summary>
    public required string AttributionSetting { get; init; }

    /// <summary>Impressions; absent means zero.</summary>
    public long Impressions { get; init; }

    /// <summary>Clicks (all); absent means zero.</summary>
    public long Clicks { get; init; }

    /// <summary>People reached, or null where Meta omits it. De-duplicated per query: it never adds up.</summary>
    public long? Reach { get; init; }

    /// <summary>Spend in major units of <see cref="Currency"/>, exact.</summary>
    public decimal Spend { get; init; }

    /// <summary>What <see cref="ConversionTally"/> made of the row's actions.</summary>
    public ConversionTotals Conversions { get; init; }

    /// <summary>Canonical breakdown values, <c>age=25-34,gender=male</c> in name order; empty for none.</summary>
    public required string BreakdownKey { get; init; }

    /// <summary>The breakdown values as a JSON object (UTF-8); empty for none.</summary>
    public ReadOnlyMemory<byte> Breakdowns { get; init; }

    /// <summary>
    /// Canonical JSON (UTF-8) of the action lists with every window:
    /// <c>{"action_values":{"purchase":{"7d_click":90,"value":90}},"actions":{…}}</c>, names in ordinal order, so that
    /// equal data is equal bytes in whatever order Meta lists it; empty when the row has none.
    /// </summary>
    public ReadOnlyMemory<byte> Actions { get; init; }

    /// <summary>The row exactly as Meta sent it (UTF-8 JSON).</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>The id that the row describes at a level.</summary>
    /// <exception cref="InvalidOperationException">The row lacks the id of that level.</exception>
    public string EntityId(InsightsLevel level, string accountId) =>
        (level switch
        {
            InsightsLevel.Account => accountId,
            InsightsLevel.Campaign => CampaignId,
            InsightsLevel.AdSet => AdSetId,
            _ => AdId,
        }) ?? throw new InvalidOperationException($"The row of {Date:yyyy-MM-dd} has no id at level {level}.");
}
