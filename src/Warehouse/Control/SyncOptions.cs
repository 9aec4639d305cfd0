using Microsoft.Extensions.Options;

namespace MetaGrains.Warehouse.Control;

/// <summary>Settings of the process that count for every account as if they were the account's own. Section <c>MetaGrains:Sync</c>.</summary>
public sealed class SyncOptions
{
    /// <summary>Minutes in 30 days: the longest interval.</summary>
    public const int MostMinutes = 43_200;

    private const int DefaultFreshMinutes = 1440;

    /// <summary>False switches every sync off. Environment: <c>META_JOBS_ENABLED</c>. Default: true.</summary>
    public bool JobsEnabled { get; set; } = true;

    /// <summary>Minutes between runs of the job <c>fresh</c>; 0 switches it off. Environment: <c>META_FRESH_SCHED_MINUTES</c>. Default: 1440.</summary>
    public int FreshMinutes { get; set; } = DefaultFreshMinutes;

    /// <summary>The Meta app whose limits all calls count against. Environment: <c>META_APP_ID</c>. Default: not known.</summary>
    public long? AppId { get; set; }

    /// <summary>The interval of the job <c>fresh</c>, or null.</summary>
    public TimeSpan? FreshInterval => FreshMinutes == 0 ? null : TimeSpan.FromMinutes(FreshMinutes);

    /// <summary>
    /// What is appended to an account's settings version, so that a process with other settings finds every account
    /// behind; empty for the defaults.
    /// </summary>
    public string VersionSuffix =>
        (JobsEnabled ? "" : ".off") + (FreshMinutes == DefaultFreshMinutes ? "" : $".fresh{FreshMinutes}") + (AppId is { } app ? $".app{app}" : "");
}

/// <summary>Refuses nonsense at start, naming the key.</summary>
public sealed class SyncOptionsValidator : IValidateOptions<SyncOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SyncOptions options) =>
        options.FreshMinutes is >= 0 and <= SyncOptions.MostMinutes
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"MetaGrains:Sync:FreshMinutes (META_FRESH_SCHED_MINUTES) must be 0 (off) to {SyncOptions.MostMinutes}, not {options.FreshMinutes}.");
}
