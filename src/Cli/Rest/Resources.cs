namespace MetaGrains.Cli.Rest;

// What the API gives, as far as the verbs show it. Names and units are those of the wire.

internal sealed record Budget(string Mode, int? CallsPerHour);

internal sealed record AutoTier(string Min, string Max);

internal sealed record Tenant(
    string Id, string Slug, string Name, string Currency, bool SeveralCurrencies, bool SyncEnabled, Budget Budget, DateTimeOffset CreatedAt, AutoTier? AutoTier = null);

internal sealed record TenantKey(string Id, string Name, string Hint, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Key);

internal sealed record Connection(
    string Id, string Name, string Status, int? Accounts, string? Error, int? ErrorCode, DateTimeOffset CreatedAt,
    DateTimeOffset? DiscoveryRequestedAt, DateTimeOffset? DiscoveredAt);

internal sealed record Health(string State, string? Reason, string? Owner = null, DateTimeOffset? Since = null, DateTimeOffset? NextTry = null);

internal record Account(
    string Id, string Name, string Currency, string Timezone, int? AccountStatus, string? ConnectionId, bool Enabled, string Tier,
    Health Health, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt, int ConsecutiveErrors, string? LastError)
{
    public bool AutoTier { get; init; }

    public string? AutoTierReason { get; init; }
}

internal sealed record SchedulerSwitch(bool Enabled, string? Reason, DateTimeOffset ChangedAt);

internal sealed record AccountsChanged(int Selected, int Changed, string Message);

internal sealed record LiveState(string? RunningJob, long? RunId, int Waiting);

internal sealed record AccountState(
    string Id, string Name, string Currency, string Timezone, int? AccountStatus, string? ConnectionId, bool Enabled, string Tier,
    Health Health, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt, int ConsecutiveErrors, string? LastError,
    Run? LastRun, LiveState? Live)
    : Account(Id, Name, Currency, Timezone, AccountStatus, ConnectionId, Enabled, Tier, Health, NextDueAt, BackoffUntil, RetryAt, ConsecutiveErrors, LastError);

internal sealed record Fact(string Topic, string Text, DateTimeOffset? At);

internal sealed record ExplainedHealth(string State, string Owner, DateTimeOffset Since, DateTimeOffset? NextTry, string Reason);

internal sealed record ExplainedDecision(
    string Outcome, string? Job, long? RequestedRun, DateTimeOffset? DueAt, string? Priority, string? EffectivePriority, RunWindow? Window, string? Obstacle);

internal sealed record ExplainedSchedule(double? IntervalSeconds, string? Cron, double OffsetSeconds, DateTimeOffset? WakeAt);

internal sealed record ExplainedJob(
    string Job, DateTimeOffset? DueAt, RunWindow? Window, IReadOnlyList<string> Reports, DateOnly? Cursor, DateTimeOffset? LastStartedAt,
    DateTimeOffset? LastSucceededAt, int? LastCalls, int Errors, DateTimeOffset? RetryAt, string? Obstacle);

internal sealed record ExplainedBudget(
    DateTimeOffset Since, int Wanted, string? Reason, string? Scope, DateTimeOffset? Until, DateTimeOffset? HighOnlyUntil, int? Ahead, int? Queue);

internal sealed record ExplainedReport(string Report, string? Shape, DateTimeOffset? Since, DateTimeOffset? LeftOutUntil, string? Reason);

internal sealed record Explanation(
    string Account, string Health, string Tier, DateTimeOffset? NextDueAt, string? RunningJob, long? RunId, int Waiting, IReadOnlyList<Fact> Facts,
    ExplainedHealth? Condition, ExplainedDecision? Decision, ExplainedSchedule? Schedule, IReadOnlyList<ExplainedJob>? Jobs, ExplainedBudget? Budget,
    IReadOnlyList<ExplainedReport>? Reports, long? Incident, Run? LastRun);

internal sealed record RunWindow(DateOnly Since, DateOnly Until);

internal sealed record RunRows(long Read, long Inserted, long Changed, long Unchanged, long Vanished);

internal sealed record RunError(string? Message, int? Code, int? Subcode, string? TraceId);

internal sealed record Run(
    long Id, string Job, string Trigger, string Status, DateTimeOffset? RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    long? DurationMs, RunWindow? Window, long Calls, long Retries, long Pages, long Bytes, RunRows? Rows, long PermitsWaitedMs, bool RateLimited, RunError? Error,
    string? Entity = null, string? EntityLevel = null)
{
    /// <summary>Whether it will not change any more.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEnded => Status is not ("queued" or "running");
}

internal sealed record AcceptedRun(long RunId, string Message);

internal sealed record LimitScope(string Scope, long? Charged, double? Percent, DateTimeOffset? BlockedUntil);

internal sealed record RateLimit(string Mode, int? Cap, int Waiting, DateTimeOffset? HighOnlyUntil, IReadOnlyList<LimitScope> Scopes);

internal sealed record PlannedTier(
    string Tier, int Accounts, double CallsPerHour, double? Share, double PromisedMinutes, double? ReachedMinutes);

internal sealed record Plan(
    double CallsPerHour, double? AllowancePerHour, double? Share, IReadOnlyList<PlannedTier> Tiers, double BackfillCalls, double? BackfillDays, string Message);

internal sealed record Tier([property: System.Text.Json.Serialization.JsonPropertyName("tier")] string Name, int IntervalMinutes, int DateRangeDays, string? Cron, string? Description);

internal sealed record FreshnessMark(
    string AdAccountId, string? Stream, DateOnly? LatestDataDate, DateTimeOffset? LastSyncedAt, long? LagSeconds, long? PromisedSeconds, bool? Behind, bool Enabled, string Health);

internal sealed record TenantErased(string TenantId, string Slug, DateTimeOffset ErasedAt, IReadOnlyDictionary<string, long> Rows);

internal sealed record IncidentError(string? Message, int? Code, int? Subcode);

internal sealed record Incident(
    long Id, IncidentError Error, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, string? ClosedBy, int Reopened, int Accounts, int Probes,
    DateTimeOffset? LastProbeAt, DateTimeOffset? NextProbeAt);

internal sealed record SiloInfo(
    string Address, string Status, string? Name, string? Host, string? Gateway, string? Release, DateTimeOffset? StartedAt, DateTimeOffset? HeartbeatAt,
    int? Partitions, int? Activations, int? Reminders, double? ReminderLagSeconds, DateTimeOffset? DrainAskedAt);

internal sealed record ActivationCount(string Type, long Count);

internal sealed record Cluster(string Engine, string Version, bool Ready, IReadOnlyList<SiloInfo> Silos, IReadOnlyList<ActivationCount> Activations);
