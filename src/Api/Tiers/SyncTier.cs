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
    private const int LongestCron = 200;

    /// <summary>Minutes from one due time to the next, 1 to 43200.</summary>
    public int? IntervalMinutes { get; init; }

    /// <summary>Days that one run reads, today included, 1 to 366.</summary>
    public int? DateRangeDays { get; init; }

    /// <summary>A cron expression in UTC in place of the interval: minute, hour, day of month, month, day of week. Null: the interval again.</summary>
    [NullMeansNone]
    public string? Cron
    {
        get;
        init
        {
            field = value;
            SetsCron = true;
        }
    }

    internal bool SetsCron { get; private init; }

    /// <summary>As the store takes it: null stays, empty is none.</summary>
    internal string? CronToSet => !SetsCron ? null : CronExpression.TryParse(Cron, out var cron, out _) ? cron.Text : "";

    void IChecked.Check(Faults faults)
    {
        if (IntervalMinutes is null && DateRangeDays is null && !SetsCron)
            faults.Add("interval_minutes", "The body changes nothing.", "Send at least one of: interval_minutes, date_range_days, cron.");
        faults.Range("interval_minutes", IntervalMinutes, 1, Tier.MaxIntervalMinutes);
        faults.Range("date_range_days", DateRangeDays, 1, Tier.MaxDateRangeDays);
        if (Cron is { Length: > LongestCron })
            faults.Add("cron", $"cron has {Cron.Length} characters.", $"Send at most {LongestCron} characters.");
        else if (Cron is not null && !CronExpression.TryParse(Cron, out _, out var refusal))
            faults.Add("cron", refusal, "Send five fields in UTC, such as */20 6-22 * * MON-FRI, or null for the interval.");
    }
}
