using System.Diagnostics.Metrics;

namespace MetaGrains.Grains.RateLimit;

/// <summary>What budgets count, over all tenants of the process.</summary>
internal static class BudgetMetrics
{
    private static readonly Meter Meter = new("MetaGrains.Budget");

    /// <summary>How often a user's calls passed the warning level.</summary>
    public static Counter<long> NearLimit { get; } = Meter.CreateCounter<long>("metagrains.budget.near_limit", "{passing}", "A user's calls of the hour passed the warning level.");
}
