using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>Puts together what is stored in several places; PostgreSQL wins over the grain's own copy.</summary>
internal static class Activation
{
    public static AccountState StateOf(AdAccountKey account, StoredTruth truth, DateTimeOffset now)
    {
        var applied = truth.Applied;
        var state = new AccountState
        {
            Account = account,
            Offset = truth.Schedule?.Offset ?? AccountOffset.Of(account),
            Settings = truth.Settings,
            Jobs = Jobs(truth),
            Requests = Requests(truth),
            Backoff = Backoff(truth.Schedule, applied?.Backoff ?? BackoffState.None, applied?.Jobs.Select(job => job.Errors).DefaultIfEmpty().Max() ?? 0, now),
            Parked = Parked(truth),
            // A definition that was changed meanwhile is another question.
            Refused = applied?.SettingsVersion == truth.Settings.Version ? applied.Refused : [],
            Health = truth.Schedule?.Health ?? new HealthState(AccountHealth.Active, HealthOwner.Us, now, null, ""),
            Reminder = applied?.Reminder,
        };
        return truth.Schedule is { } row ? Redue(state, row) : state;
    }

    private static ImmutableArray<JobState> Jobs(StoredTruth truth)
    {
        var known = (truth.Applied?.Jobs ?? []).ToDictionary(job => job.Job, job => Cleared(truth.Schedule, job));
        foreach (var cursor in truth.Cursors)
        {
            var job = known.GetValueOrDefault(cursor.Job) ?? new JobState { Job = cursor.Job };
            known[cursor.Job] = job with { Cursor = cursor.LastDay };
        }

        foreach (var job in SyncJobs.All.Where(job => job.IsPlanned()))
            known.TryAdd(job, new JobState { Job = job });
        return [.. known.Values.OrderBy(job => job.Job)];
    }

    // A row that counts fewer errors than a job had was cleared by a person.
    private static JobState Cleared(ScheduleRow? row, JobState job) =>
        row?.ConsecutiveErrors < job.Errors ? job with { Errors = 0, RetryAt = null } : job;

    private static ImmutableArray<SyncRequest> Requests(StoredTruth truth) =>
        [.. (truth.Applied?.Requests ?? []).Concat(truth.Requests).DistinctBy(request => request.RunId)
            .OrderBy(request => request.AskedAt).ThenBy(request => request.RunId)];

    // A row without backoff was cleared by a person; one with a backoff that no scope explains rests the whole account.
    private static BackoffState Backoff(ScheduleRow? row, BackoffState applied, int jobErrors, DateTimeOffset now)
    {
        if (row is null)
            return applied;
        var errors = row.ConsecutiveErrors == jobErrors ? Math.Min(applied.ConsecutiveErrors, jobErrors) : row.ConsecutiveErrors;
        var backoff = applied with
        {
            ConsecutiveErrors = errors,
            OwnBreaks = Math.Min(applied.OwnBreaks, errors),
            RetryAt = row.RetryAt,
            Last = row.LastError ?? applied.Last,
        };
        if (row.RateLimitBackoffUntil is not { } until)
            return backoff with { Blocks = [] };
        return until <= now || backoff.Blocks.Any(block => block.Until == until)
            ? backoff
            : backoff with { Blocks = [new ScopeBlock(null, until)] };
    }

    // A row that says active was mended by a person; a new token mends what waited for one.
    private static Parking? Parked(StoredTruth truth)
    {
        if (truth.Applied is { } applied && applied.ConnectionVersion != truth.Settings.ConnectionVersion)
            return null;
        var known = truth.Applied?.Parked;
        if (truth.Schedule?.Health is not { } health || health.Health is AccountHealth.Paused or AccountHealth.NotConnected or AccountHealth.CurrencyMismatch)
            return known;
        if (!IsParking(health.Health))
            return null;
        return known?.Health == health.Health ? known : new Parking(health.Health, health.Since, health.NextTry, health.Reason);
    }

    private static bool IsParking(AccountHealth health) =>
        health is AccountHealth.TokenDead or AccountHealth.Checkpointed or AccountHealth.PermissionLost or AccountHealth.AccountDisabled;

    // SQL has recomputed the narrow row: the job that it spoke of is the one that recurs by the tier.
    private static AccountState Redue(AccountState state, ScheduleRow row)
    {
        var tier = state.Job(SyncJob.Tier);
        // The row is written in batches: one that speaks of a due time already served was not written in time.
        if (row.NextDueAt is not { } due || state.NextDueAt == due || due <= tier.LastStarted)
            return state;
        return state.Settings.RecurrenceOf(SyncJob.Tier) is { } rule ? state.With(tier.Due(due, rule, state.Offset)) : state;
    }
}
