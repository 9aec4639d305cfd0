namespace MetaGrains.Core.Schedule;

/// <summary>How often an account is synced and how far back: a row of <c>meta_sync_config</c>.</summary>
/// <param name="Name"><c>high</c>, <c>medium</c>, <c>low</c>, or a name of the operator's.</param>
/// <param name="IntervalMinutes">Minutes from one due time to the next.</param>
/// <param name="DateRangeDays">Days that one run reads, today included.</param>
/// <param name="Cron">A cron expression, in UTC, instead of the interval; one that is none leaves the interval in force.</param>
/// <param name="Description">For people.</param>
public sealed record Tier(string Name, int IntervalMinutes, int DateRangeDays, string? Cron = null, string Description = "")
{
    /// <summary>Longest interval, in minutes: 30 days.</summary>
    public const int MaxIntervalMinutes = 43_200;

    /// <summary>Most days that one run reads.</summary>
    public const int MaxDateRangeDays = 366;

    /// <summary>60 minutes, 2 days.</summary>
    public static Tier High { get; } = new("high", 60, 2, Description: "Important accounts");

    /// <summary>120 minutes, 3 days. The default.</summary>
    public static Tier Medium { get; } = new("medium", 120, 3, Description: "Active accounts");

    /// <summary>240 minutes, 7 days.</summary>
    public static Tier Low { get; } = new("low", 240, 7, Description: "Inactive or low-priority accounts");

    /// <summary>The tiers that the first migration writes.</summary>
    public static IReadOnlyList<Tier> Defaults { get; } = [High, Medium, Low];

    /// <summary>Time from one due time to the next.</summary>
    public TimeSpan Interval => TimeSpan.FromMinutes(IntervalMinutes);

    /// <summary><see cref="Cron"/> as it is understood; null where there is none.</summary>
    public CronExpression? CronExpression => Cron is not null && CronExpression.TryParse(Cron, out var cron, out _) ? cron : null;

    /// <summary>Where the tier's requests stand in the budget's order; a tier of another name stands with medium.</summary>
    public Priority Priority => Name switch
    {
        "high" => Priority.High,
        "low" => Priority.Low,
        _ => Priority.Medium,
    };

    /// <summary>Says what is wrong with the tier, for the person who set it, or null.</summary>
    public string? Refuse() =>
        string.IsNullOrWhiteSpace(Name) ? "A tier needs a name."
        : IntervalMinutes is < 1 or > MaxIntervalMinutes ? $"interval_minutes must be 1 to {MaxIntervalMinutes}, not {IntervalMinutes}."
        : DateRangeDays is < 1 or > MaxDateRangeDays ? $"date_range_days must be 1 to {MaxDateRangeDays}, not {DateRangeDays}."
        : Cron is not null && !CronExpression.TryParse(Cron, out _, out var refusal) ? $"cron: {refusal}"
        : null;
}
