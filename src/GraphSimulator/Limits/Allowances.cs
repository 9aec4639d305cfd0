namespace MetaGrains.GraphSimulator.Limits;

/// <summary>The formulas of Meta's rate limiting pages, times the factors of the options.</summary>
internal static class Allowances
{
    private const double UserErrorWeight = 0.001;

    public static string Tier(this SimulatedLimits limits) => limits.Tier == AccessTier.Standard ? "standard_access" : "development_access";

    public static long PlatformPerHour(this SimulatedLimits limits) => 200L * limits.DailyActiveUsers;

    /// <summary>Calls an hour of one account and use case.</summary>
    public static long UseCasePerHour(this SimulatedLimits limits, UseCase useCase, int activeAds, long userErrors)
    {
        var standard = limits.Tier == AccessTier.Standard;
        var calls = useCase == UseCase.AdsInsights
            ? (standard ? 190_000 : 600) + (400.0 * activeAds) - (UserErrorWeight * userErrors)
            : (standard ? 100_000 : 300) + (40.0 * activeAds);
        return Math.Max(1, (long)(calls * limits.UseCaseFactor));
    }

    public static double Score(this SimulatedLimits limits) => Math.Max(1, (limits.Tier == AccessTier.Standard ? 9_000 : 60) * limits.ScoreFactor);

    public static TimeSpan? ScoreBlock(this SimulatedLimits limits) =>
        limits.Enforced ? TimeSpan.FromSeconds(limits.Tier == AccessTier.Standard ? 60 : 300) : null;

    /// <summary>Insights calls an hour of the whole app.</summary>
    public static double AppInsightsPerHour(this SimulatedLimits limits, int accounts) =>
        Math.Max(1, (limits.Tier == AccessTier.Standard ? 190_000.0 : 600.0) * accounts * limits.InsightsFactor);
}
