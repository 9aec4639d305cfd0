using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Sync;

/// <summary>What changes of an account's sync; what is left out stays.</summary>
public sealed record SyncChange : IChecked
{
    /// <summary>True enables, false pauses.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The tier that it moves to, or auto.</summary>
    public string? Tier { get; init; }

    void IChecked.Check(Faults faults)
    {
        if (Enabled is null && Tier is null)
            faults.Add("enabled", "The body changes nothing.", "Send at least one of: enabled, tier.");
    }
}

/// <summary>A run that is asked for.</summary>
public sealed record NewRun : IChecked
{
    private const string Trigger = "api";
    private const int LongestId = 20;

    private static readonly string[] Jobs = [.. SyncJobs.All.Where(job => job.IsPlanned()).Select(job => job.WireName())];
    private static readonly string[] EntityJobs = [.. SyncJobs.All.Where(job => job.IsPlanned() && job.ReadsObjectRows()).Select(job => job.WireName())];
    private static readonly string[] Presets = [.. DatePresets.All.Select(preset => preset.WireName())];

    /// <summary>tier (when it is left out), initial, fresh, incremental, deep, entities or reconcile.</summary>
    public string? Job { get; init; }

    /// <summary>The first day, in the account's zone; with until, and instead of the job's own days.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>The last day, which is part of it; with since.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>yesterday, last_7d or last_30d; instead of since and until.</summary>
    public string? DatePreset { get; init; }

    /// <summary>Meta's id of a campaign, ad set or ad: its rows alone are read and published, with those below it.</summary>
    public string? Entity { get; init; }

    internal RunAsk Ask => new(
        Job is not null && SyncJobs.TryParse(Job, out var job) ? job : SyncJob.Tier,
        Since is { } since && Until is { } until ? new DateRange(since, until) : null,
        DatePresets.TryParse(DatePreset, out var preset) ? preset : null,
        Trigger);

    void IChecked.Check(Faults faults)
    {
        if (Job is not null && !SyncJobs.TryParse(Job, out _))
            faults.OneOf("job", Job, Jobs);
        else if (Job is not null && !Ask.Job.IsPlanned())
            faults.Add("job", $"The job '{Job}' cannot be triggered.", $"Use one of: {string.Join(", ", Jobs)}.");
        if (Entity is not null)
            CheckEntity(faults, Entity);
        faults.OneOf("date_preset", DatePreset, Presets);
        if (DatePreset is not null && (Since is not null || Until is not null))
            faults.Add("date_preset", "date_preset stands beside since or until.", "Send either date_preset, or since and until.");
        if (Since is null != Until is null)
        {
            faults.Add(Since is null ? "since" : "until", Since is null ? "until stands without since." : "since stands without until.",
                "Send both, or neither, or a date_preset.");
        }
        else if (Until < Since)
        {
            faults.Add("until", $"The dates are reversed: until {DateRange.Iso(Until.Value)} is before since {DateRange.Iso(Since.Value)}.", "Swap them.");
        }
    }

    private void CheckEntity(Faults faults, string entity)
    {
        if (entity.Length is 0 or > LongestId || !entity.All(char.IsAsciiDigit))
            faults.Add("entity", $"entity '{Quoted.Of(entity)}' is no id of Meta's.", "Send the digits of a campaign's, ad set's or ad's id.");
        else if (Ask.Job.IsPlanned() && !Ask.Job.ReadsObjectRows())
            faults.Add("entity", $"The job '{Ask.Job.WireName()}' reads no insights of a single object.", $"Leave entity out, or use one of the jobs: {string.Join(", ", EntityJobs)}.");
    }
}
