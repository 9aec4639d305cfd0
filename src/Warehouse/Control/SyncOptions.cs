using MetaGrains.Core.Schedule;
using Microsoft.Extensions.Options;

namespace MetaGrains.Warehouse.Control;

/// <summary>Settings of the process that count for every account as if they were the account's own. Section <c>MetaGrains:Sync</c>.</summary>
public sealed class SyncOptions
{
    /// <summary>Minutes in 30 days: the longest interval.</summary>
    public const int MostMinutes = 43_200;

    private const int DefaultFreshMinutes = 1440;
    private const int DefaultEntitiesMinutes = 240;

    /// <summary>False switches every sync off. Environment: <c>META_JOBS_ENABLED</c>. Default: true.</summary>
    public bool JobsEnabled { get; set; } = true;

    /// <summary>Minutes between runs of the job <c>fresh</c>; 0 switches it off. Environment: <c>META_FRESH_SCHED_MINUTES</c>. Default: 1440.</summary>
    public int FreshMinutes { get; set; } = DefaultFreshMinutes;

    /// <summary>The Meta app whose limits all calls count against. Environment: <c>META_APP_ID</c>. Default: not known.</summary>
    public long? AppId { get; set; }

    /// <summary>Minutes between runs of the job <c>entities</c>; 0 switches it off. Environment: <c>META_SYNC_INTERVAL_MINUTES</c>. Default: 240.</summary>
    public int EntitiesMinutes { get; set; } = DefaultEntitiesMinutes;

    /// <summary>When <c>incremental</c> runs by itself, as a cron expression in UTC, such as <c>5 * * * *</c>. Environment: <c>META_SYNC_CRON</c>. Default: none, on request only.</summary>
    public string? Cron { get; set; }

    /// <summary>The interval of the job <c>entities</c>, or null.</summary>
    public TimeSpan? EntitiesInterval => EntitiesMinutes == 0 ? null : TimeSpan.FromMinutes(EntitiesMinutes);

    /// <summary><see cref="Cron"/> as it is understood, or null.</summary>
    public CronExpression? CronExpression => CronExpression.TryParse(Cron, out var cron, out _) ? cron : null;

    /// <summary>The interval of the job <c>fresh</c>, or null.</summary>
    public TimeSpan? FreshInterval => FreshMinutes == 0 ? null : TimeSpan.FromMinutes(FreshMinutes);

    /// <summary>
    /// What is appended to an account's settings version, so that a process with other settings finds every account
    /// behind; empty for the defaults.
    /// </summary>
    public string VersionSuffix =>
        (JobsEnabled ? "" : ".off") + (FreshMinutes == DefaultFreshMinutes ? "" : $".fresh{FreshMinutes}")
        + (EntitiesMinutes == DefaultEntitiesMinutes ? "" : $".entities{EntitiesMinutes}") + (CronExpression is { } cron ? $".cron {cron}" : "")
        + (AppId is { } app ? $".app{app}" : "");
}

/// <summary>Refuses nonsense at start, naming the key.</summary>
public sealed class SyncOptionsValidator : IValidateOptions<SyncOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SyncOptions options) =>
        Minutes(options.FreshMinutes, "FreshMinutes (META_FRESH_SCHED_MINUTES)")
        ?? Minutes(options.EntitiesMinutes, "EntitiesMinutes (META_SYNC_INTERVAL_MINUTES)")
        ?? (options.Cron is not null && !CronExpression.TryParse(options.Cron, out _, out var refusal)
            ? ValidateOptionsResult.Fail($"MetaGrains:Sync:Cron (META_SYNC_CRON): {refusal}")
            : ValidateOptionsResult.Success);

    private static ValidateOptionsResult? Minutes(int minutes, string key) =>
        minutes is >= 0 and <= SyncOptions.MostMinutes
            ? null
            : ValidateOptionsResult.Fail($"MetaGrains:Sync:{key} must be 0 (off) to {SyncOptions.MostMinutes}, not {minutes}.");
}
