namespace MetaGrains.GraphSimulator;

/// <summary>The access tier of the app, which decides the size of most limits.</summary>
public enum AccessTier
{
    /// <summary><c>standard_access</c>.</summary>
    Standard,

    /// <summary><c>development_access</c>.</summary>
    Development,
}

/// <summary>
/// The layers of limits that a call passes. Headers always tell the usage; calls are refused only when
/// <see cref="Enforced"/>. A factor below 1 makes a limit small enough to be hit by a test.
/// </summary>
public sealed record SimulatedLimits
{
    /// <summary>Whether a call beyond a limit is refused. Off by default.</summary>
    public bool Enforced { get; init; }

    /// <summary>The tier of the app.</summary>
    public AccessTier Tier { get; init; }

    /// <summary>The platform limit is 200 calls an hour for each of these. It is for calls outside any ad account.</summary>
    public int DailyActiveUsers { get; init; } = 1_000;

    /// <summary>Calls an hour of one user over everything; Meta does not publish it. Null for none.</summary>
    public int? UserCallsPerHour { get; init; }

    /// <summary>Multiplies the hourly allowance of an account and use case.</summary>
    public double UseCaseFactor { get; init; } = 1;

    /// <summary>Multiplies the score of an ad account (9,000 or 60 points).</summary>
    public double ScoreFactor { get; init; } = 1;

    /// <summary>Whether a used-up score is 613/1487742 instead of 17/2446079.</summary>
    public bool ScoreIs613 { get; init; }

    /// <summary>Multiplies what the app may read of insights in an hour over all accounts.</summary>
    public double InsightsFactor { get; init; } = 1;

    /// <summary>The share of insights calls, 0 to 1, that the platform refuses because it is busy with others.</summary>
    public double GlobalLoad { get; init; }

    internal void Validate()
    {
        if (DailyActiveUsers < 1)
            throw Wrong(nameof(DailyActiveUsers), $"{DailyActiveUsers} is not positive");
        if (UserCallsPerHour < 1)
            throw Wrong(nameof(UserCallsPerHour), $"{UserCallsPerHour} is not positive");
        if (UseCaseFactor <= 0 || ScoreFactor <= 0 || InsightsFactor <= 0)
            throw Wrong("…Factor", "a factor is not positive");
        if (GlobalLoad is < 0 or > 1)
            throw Wrong(nameof(GlobalLoad), $"{GlobalLoad} is not between 0 and 1");
    }

    private static ArgumentException Wrong(string option, string what) => new($"SimulatedLimits.{option}: {what}.", option);
}
