using System.Collections.Immutable;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>One account's row of <c>account_schedule</c>: what sweeps, lists and people read.</summary>
public sealed record ScheduleRow
{
    /// <summary>When the account is due next by itself; null when it never is.</summary>
    public required DateTimeOffset? NextDueAt { get; init; }

    /// <summary>Its place inside every interval.</summary>
    public required AccountOffset Offset { get; init; }

    /// <summary>How it is.</summary>
    public required HealthState Health { get; init; }

    /// <summary><c>rate_limit_backoff_until</c>.</summary>
    public DateTimeOffset? RateLimitBackoffUntil { get; init; }

    /// <summary>When the next try after a failure is due.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Failed runs in a row.</summary>
    public int ConsecutiveErrors { get; init; }

    /// <summary>The last failure.</summary>
    public LastError? LastError { get; init; }

    /// <summary>Version of the settings that it was computed from; null in a row that was written without.</summary>
    public string? AppliedSettings { get; init; }

    /// <summary>The row that a state calls for.</summary>
    public static ScheduleRow Of(AccountState state) => new()
    {
        NextDueAt = state.NextDueAt,
        Offset = state.Offset,
        Health = state.Health,
        RateLimitBackoffUntil = state.Backoff.RateLimitBackoffUntil,
        RetryAt = state.Backoff.RetryAt,
        ConsecutiveErrors = state.Errors,
        LastError = state.Backoff.Last,
        AppliedSettings = state.Settings.Version,
    };
}

/// <summary>What the grain state <c>ad-account.sync</c> keeps: the last applied copy of everything that is not in the settings.</summary>
public sealed record AppliedState
{
    /// <summary>The settings that were applied.</summary>
    public required string SettingsVersion { get; init; }

    /// <summary>The token that was applied.</summary>
    public required long ConnectionVersion { get; init; }

    /// <summary>The zone in which days are cut; null in a copy that was written without.</summary>
    public string? ZoneName { get; init; }

    /// <summary>The jobs.</summary>
    public required ImmutableArray<JobState> Jobs { get; init; }

    /// <summary>Runs that were asked for.</summary>
    public ImmutableArray<SyncRequest> Requests { get; init; } = [];

    /// <summary>What errors left behind.</summary>
    public BackoffState Backoff { get; init; } = BackoffState.None;

    /// <summary>Set while the account waits for a person.</summary>
    public Parking? Parked { get; init; }

    /// <summary>Reports that are left out.</summary>
    public ImmutableArray<ReportRefusal> Refused { get; init; } = [];

    /// <summary>The reminder as it was registered last.</summary>
    public ReminderPlan? Reminder { get; init; }

    /// <summary>The copy that a state calls for.</summary>
    public static AppliedState Of(AccountState state) => new()
    {
        SettingsVersion = state.Settings.Version,
        ConnectionVersion = state.Settings.ConnectionVersion,
        ZoneName = state.Settings.Calendar.ZoneName,
        Jobs = state.Jobs,
        Requests = state.Requests,
        Backoff = state.Backoff,
        Parked = state.Parked,
        Refused = state.Refused,
        Reminder = state.Reminder,
    };

    /// <summary>Whether two say the same.</summary>
    public bool SameAs(AppliedState other) =>
        this with { Jobs = other.Jobs, Requests = other.Requests, Backoff = other.Backoff, Refused = other.Refused } == other
        && Jobs.SequenceEqual(other.Jobs) && Requests.SequenceEqual(other.Requests) && Refused.SequenceEqual(other.Refused) && Backoff.SameAs(other.Backoff);
}

/// <summary>The last published day of a job: a row of <c>sync_cursors</c>.</summary>
public readonly record struct JobCursor(SyncJob Job, DateOnly? LastDay);

/// <summary>What is stored about an account when its grain activates.</summary>
/// <param name="Settings">From <c>ad_accounts</c> and what it points to.</param>
/// <param name="Schedule">From <c>account_schedule</c>; null for an account that never ran. It wins over <paramref name="Applied"/>.</param>
/// <param name="Cursors">From <c>sync_cursors</c>. They win over <paramref name="Applied"/>.</param>
/// <param name="Requests">Runs that were asked for and have no end in <c>sync_runs</c>; added to those of <paramref name="Applied"/>.</param>
/// <param name="Applied">From the grain state; null for an account that never ran.</param>
public sealed record StoredTruth(
    AccountSettings Settings,
    ScheduleRow? Schedule,
    ImmutableArray<JobCursor> Cursors,
    ImmutableArray<SyncRequest> Requests,
    AppliedState? Applied)
{
    /// <summary>Incidents of late.</summary>
    public ImmutableArray<IncidentNotice> Incidents { get; init; } = [];
}
