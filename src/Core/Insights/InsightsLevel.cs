namespace MetaGrains.Core.Insights;

/// <summary>The <c>level</c> of an insights query: which object one row describes.</summary>
public enum InsightsLevel
{
    /// <summary>One row per day for the whole account.</summary>
    Account,

    /// <summary>One row per campaign and day.</summary>
    Campaign,

    /// <summary>One row per ad set and day.</summary>
    AdSet,

    /// <summary>One row per ad and day.</summary>
    Ad,
}

/// <summary>The names that the Graph API and the warehouse use for levels.</summary>
public static class InsightsLevels
{
    /// <summary>All levels, widest first.</summary>
    public static IReadOnlyList<InsightsLevel> All { get; } =
        [InsightsLevel.Account, InsightsLevel.Campaign, InsightsLevel.AdSet, InsightsLevel.Ad];

    /// <summary><c>account</c>, <c>campaign</c>, <c>adset</c> or <c>ad</c>.</summary>
    public static string WireName(this InsightsLevel level) => level switch
    {
        InsightsLevel.Account => "account",
        InsightsLevel.Campaign => "campaign",
        InsightsLevel.AdSet => "adset",
        InsightsLevel.Ad => "ad",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Unknown insights level."),
    };

    /// <summary>Reads a wire name.</summary>
    public static bool TryParse(string? text, out InsightsLevel level)
    {
        foreach (var candidate in All)
        {
            if (!string.Equals(text, candidate.WireName(), StringComparison.Ordinal))
                continue;
            level = candidate;
            return true;
        }

        level = default;
        return false;
    }
}
