using MetaGrains.GraphSimulator.Http;

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

/// <summary>A call as the limits see it.</summary>
/// <param name="Account">The bare number; 0 for a call outside any account.</param>
/// <param name="ActiveAds">Ads that raise the allowance.</param>
/// <param name="Points">Of the score: 1 for a read, 3 for a write.</param>
internal readonly record struct LimitedCall(long Account, UseCase UseCase, int ActiveAds, string UserId, int Points);

/// <summary>What one call's headers say, in percent of the allowance.</summary>
internal readonly record struct Usage(int AppPercent, double AccountPercent, double ScorePercent, int ScoreResetSeconds, double AppInsightsPercent)
{
    /// <summary>Minutes until the use case is free again; 0 when it is.</summary>
    public int RegainMinutes { get; init; }
}

/// <summary>The usage after a call, what it counted against, and the refusal if there is one.</summary>
internal sealed record LimitVerdict(Usage Usage, IReadOnlyList<string> Scopes, GraphError? Refusal);
