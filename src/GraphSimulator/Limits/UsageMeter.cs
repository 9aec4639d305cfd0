using System.Collections.Concurrent;

namespace MetaGrains.GraphSimulator.Limits;

/// <summary>Which limit a call counts against.</summary>
internal enum UseCase
{
    /// <summary>Calls outside any ad account.</summary>
    None,

    /// <summary>Reads of accounts and their objects.</summary>
    AdsManagement,

    /// <summary>Reads of insights.</summary>
    AdsInsights,
}

/// <summary>What one call's headers say, in percent of the allowance of standard access.</summary>
internal readonly record struct Usage(int AppPercent, double AccountPercent, double ScorePercent, int ScoreResetSeconds, double AppInsightsPercent);

/// <summary>Counts calls by the formulas of Meta's rate limiting pages. It counts; it does not refuse.</summary>
internal sealed class UsageMeter(int accounts)
{
    // The platform limit is 200 calls per daily user and hour; the app that calls here is imagined with 1,000 users.
    private const int AppCallsPerHour = 200 * 1_000;
    private const int InsightsBase = 190_000;
    private const int InsightsPerActiveAd = 400;
    private const int ManagementBase = 100_000;
    private const int ManagementPerActiveAd = 40;

    private readonly RollingHour _app = new();
    private readonly RollingHour _appInsights = new();
    private readonly ConcurrentDictionary<(long Account, UseCase UseCase), RollingHour> _byUseCase = new();
    private readonly ConcurrentDictionary<long, ScoreBucket> _scores = new();

    /// <summary>Counts a call outside any account. Marketing calls do not count against the platform limit.</summary>
    public Usage CountPlatform(DateTimeOffset now) => new(_app.Add(now) * 100 / AppCallsPerHour, 0, 0, 0, 0);

    /// <summary>Counts a call on an account.</summary>
    public Usage Count(long account, UseCase useCase, int activeAds, DateTimeOffset now)
    {
        var calls = _byUseCase.GetOrAdd((account, useCase), _ => new RollingHour()).Add(now);
        var allowance = useCase == UseCase.AdsInsights
            ? InsightsBase + (InsightsPerActiveAd * (long)activeAds)
            : ManagementBase + (ManagementPerActiveAd * (long)activeAds);
        var (score, reset) = _scores.GetOrAdd(account, _ => new ScoreBucket()).Add(now);
        var appInsights = useCase == UseCase.AdsInsights ? _appInsights.Add(now) * 100.0 / ((double)InsightsBase * accounts) : 0;
        return new Usage(0, calls * 100.0 / allowance, score, reset, appInsights);
    }
}
