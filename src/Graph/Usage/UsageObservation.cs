using System.Collections.Immutable;

namespace MetaGrains.Graph.Usage;

/// <summary><c>X-App-Usage</c>: percent of the app's hourly allowance; throttled at 100 in any of the three.</summary>
public sealed record AppUsage(double CallCount, double TotalTime, double TotalCpuTime);

/// <summary><c>X-Ad-Account-Usage</c>: the account's score.</summary>
/// <param name="UtilPercent">Percent of the score's maximum.</param>
/// <param name="ResetAfter">Time until the score is back at zero (the header counts seconds), or null where Meta omits it.</param>
/// <param name="AccessTier"><c>development_access</c> or <c>standard_access</c>; null where Meta omits it.</param>
public sealed record AdAccountUsage(double UtilPercent, TimeSpan? ResetAfter, string? AccessTier);

/// <summary>One entry of <c>X-Business-Use-Case-Usage</c>. Percentages may exceed 100.</summary>
/// <param name="ObjectId">The key it stood under: the bare ad account number in captures, a business id in the documentation.</param>
/// <param name="Type">The use case, such as <c>ads_insights</c> or <c>ads_management</c>.</param>
/// <param name="RegainAccessAfter">Time until calls are served again (the header counts minutes); zero when not blocked.</param>
/// <param name="AccessTier"><c>development_access</c> or <c>standard_access</c>; only the two ads types have it.</param>
public sealed record BusinessUsage(
    string ObjectId,
    string Type,
    double CallCount,
    double TotalCpuTime,
    double TotalTime,
    TimeSpan RegainAccessAfter,
    string? AccessTier)
{
    /// <summary>The largest of the three percentages: any of them throttles at 100.</summary>
    public double LargestPercent => Math.Max(CallCount, Math.Max(TotalCpuTime, TotalTime));
}

/// <summary><c>X-FB-Ads-Insights-Throttle</c>: percent used by the app and by the account on <c>/insights</c>.</summary>
public sealed record InsightsThrottle(double AppUtilPercent, double AccountUtilPercent, string? AccessTier);

/// <summary>Everything that one answer's headers say about limits. What Meta left out or garbled is null or empty: unknown.</summary>
public sealed record UsageObservation
{
    /// <summary>An answer that says nothing.</summary>
    public static UsageObservation Unknown { get; } = new();

    /// <summary>The app's own limit.</summary>
    public AppUsage? App { get; init; }

    /// <summary>The ad account's score.</summary>
    public AdAccountUsage? AdAccount { get; init; }

    /// <summary>Every entry of every object; one object has several use cases.</summary>
    public ImmutableArray<BusinessUsage> Business { get; init; } = [];

    /// <summary>The insights platform's throttle.</summary>
    public InsightsThrottle? Insights { get; init; }

    /// <summary>
    /// Percent of the allowance for reach beyond 13 months. The header's format is not documented: the largest
    /// percentage in it is taken.
    /// </summary>
    public double? ReachPercent { get; init; }

    /// <summary>The access tier, wherever a header names one.</summary>
    public string? AccessTier =>
        Insights?.AccessTier ?? AdAccount?.AccessTier ?? Business.Select(entry => entry.AccessTier).FirstOrDefault(tier => tier is not null);

    /// <summary>Equal by content: the entries are compared one by one.</summary>
    public bool Equals(UsageObservation? other) =>
        other is not null && App == other.App && AdAccount == other.AdAccount && Insights == other.Insights
        && Nullable.Equals(ReachPercent, other.ReachPercent) && Business.AsSpan().SequenceEqual(other.Business.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(App, AdAccount, Insights, ReachPercent, Business.Length);
}
