using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Where one job of an account stands.</summary>
public sealed record JobState
{
    /// <summary>The job.</summary>
    public required SyncJob Job { get; init; }

    /// <summary>When it is due by itself; null when it never is.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Time from <see cref="NextDue"/> to the due time after it.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The rule that <see cref="NextDue"/> was computed with (<see cref="Recurrence.Rule"/>); another one in the settings recomputes it.</summary>
    public string? Rule { get; init; }

    /// <summary>The last day that was published: <c>sync_cursors.meta_last_window_end</c>. Never goes back.</summary>
    public DateOnly? Cursor { get; init; }

    /// <summary>When its last run started.</summary>
    public DateTimeOffset? LastStarted { get; init; }

    /// <summary>When its last successful run ended.</summary>
    public DateTimeOffset? LastSucceeded { get; init; }

    /// <summary>The job, due next as its rule says.</summary>
    internal JobState Due(DateTimeOffset due, Recurrence rule, AccountOffset offset) =>
        this with { NextDue = due, Interval = rule.IntervalAfter(due, offset), Rule = rule.Rule };

    /// <summary>HTTP requests of its last successful run: what the next one asks the budget for.</summary>
    public int? LastCalls { get; init; }
}
