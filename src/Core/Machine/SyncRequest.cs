using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Machine;

/// <summary>
/// A run that somebody asked for: recorded before it is acknowledged, kept until it was run or refused, and folded by
/// its id when it arrives twice.
/// </summary>
public sealed record SyncRequest
{
    /// <summary>The <see cref="Trigger"/> of a cron outside, for which nobody waits.</summary>
    public const string Cron = "scheduler";

    /// <summary><c>sync_runs.run_id</c>, which the caller was told.</summary>
    public required long RunId { get; init; }

    /// <summary>The job.</summary>
    public SyncJob Job { get; init; } = SyncJob.Tier;

    /// <summary>Days instead of the job's own window.</summary>
    public DateRange? Range { get; init; }

    /// <summary>Days by name instead of the job's own window; <see cref="Range"/> comes first.</summary>
    public DatePreset? Preset { get; init; }

    /// <summary>A priority instead of the job's own.</summary>
    public Priority? Priority { get; init; }

    /// <summary>Who asked: <c>api</c>, <c>cli</c>, <c>scheduler</c> …</summary>
    public required string Trigger { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Failed runs of this request so far.</summary>
    public int Failures { get; init; }

    /// <summary>The object that is read alone, with what is below it; null for all of the account.</summary>
    public EntityScope? Entity { get; init; }
}
