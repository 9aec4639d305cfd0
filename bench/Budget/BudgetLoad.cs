using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Budget;

/// <summary>What is to be read: the same accounts, due at the same times, for every contestant.</summary>
/// <param name="PerTier">Accounts of each tier.</param>
/// <param name="CallsPerHour">Calls an hour of the user and of the app's insights.</param>
/// <param name="Hours">Hours that are measured, after the warm-up.</param>
internal sealed record BudgetLoad(int PerTier, int CallsPerHour, int Hours)
{
    /// <summary>Calls of one run.</summary>
    public const int CallsPerRun = 3;

    /// <summary>Rows that one run brings up to date.</summary>
    public const int RowsPerRun = 300;

    /// <summary>Hours until the first day's queues have settled.</summary>
    public const int WarmUpHours = 4;

    /// <summary>How long Meta takes for one call.</summary>
    public static TimeSpan CallTime { get; } = TimeSpan.FromSeconds(2);

    public int Accounts => PerTier * Tier.Defaults.Count;

    /// <summary>Calls an hour that it takes to keep every tier's promise.</summary>
    public double DemandPerHour => Tier.Defaults.Sum(tier => PerTier * CallsPerRun * (60.0 / tier.IntervalMinutes));

    public Tier TierOf(int account) => Tier.Defaults[account % Tier.Defaults.Count];

    /// <summary>An account's place inside its interval: spread evenly.</summary>
    public TimeSpan OffsetOf(int account) => TierOf(account).Interval * ((account / Tier.Defaults.Count + 0.5) / PerTier);
}
