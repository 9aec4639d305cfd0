using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Api.Tiers;

/// <summary>How often the accounts of a tier are synced, and how many days back.</summary>
/// <param name="Tier">Its name.</param>
/// <param name="IntervalMinutes">Minutes from one due time to the next.</param>
/// <param name="DateRangeDays">Days that one run reads, today included.</param>
/// <param name="Cron">A cron expression in place of the interval; null for the interval.</param>
/// <param name="Description">For people.</param>
public sealed record SyncTier(string Tier, int IntervalMinutes, int DateRangeDays, string? Cron, string Description)
{
    internal static SyncTier Of(Tier tier) => new(tier.Name, tier.IntervalMinutes, tier.DateRangeDays, tier.Cron, tier.Description);
}

/// <summary>What changes of a tier; what is left out stays.</summary>
public sealed record TierChange : IChecked
{
    /// <summary>Minutes from one due time to the next, 1 to 43200.</summary>
    public int? IntervalMinutes { get; init; }

    /// <summary>Days that one run reads, today included, 1 to 366.</summary>
    public int? DateRangeDays { get; init; }

    void IChecked.Check(Faults faults)
    {
        if (IntervalMinutes is null && DateRangeDays is null)
            faults.Add("interval_minutes", "The body changes nothing.", "Send at least one of: interval_minutes, date_range_days.");
        faults.Range("interval_minutes", IntervalMinutes, 1, Tier.MaxIntervalMinutes);
        faults.Range("date_range_days", DateRangeDays, 1, Tier.MaxDateRangeDays);
    }
}
