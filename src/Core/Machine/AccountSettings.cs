using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Machine;

/// <summary>What people decided about an account: <c>ad_accounts</c>, its tenant, its tier and the process's switches. Never written by the machine.</summary>
public sealed record AccountSettings
{
    /// <summary>Longest list of requests that an account keeps.</summary>
    public const int MaxRequests = 100;

    /// <summary>When Meta has mostly settled the day that ended at midnight: the nightly jobs begin then, by the account's own clocks.</summary>
    public static TimeOnly Settled { get; } = new(3, 0);

    /// <summary>How long after <see cref="Settled"/> accounts are spread.</summary>
    public static TimeSpan NightSpan { get; } = TimeSpan.FromHours(2);

    /// <summary>Changes whenever anything of the settings does: <c>account_settings_versions.version</c>. Compared for equality only.</summary>
    public required string Version { get; init; }

    /// <summary>The account's switch.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The tenant's switch.</summary>
    public required bool TenantEnabled { get; init; }

    /// <summary>The switch for everything: <c>scheduler_switch</c>.</summary>
    public bool SchedulerEnabled { get; init; } = true;

    /// <summary><c>META_JOBS_ENABLED</c>.</summary>
    public bool JobsEnabled { get; init; } = true;

    /// <summary>Why the account's currency keeps it from being synced, for a person; null when it does not.</summary>
    public string? CurrencyRefusal { get; init; }

    /// <summary>The tier's row.</summary>
    public required Tier Tier { get; init; }

    /// <summary>Why the account is in its tier, where it moves by itself; null where a person chose it.</summary>
    public string? AutoTier { get; init; }

    /// <summary>The account's own interval instead of the tier's, or null.</summary>
    public TimeSpan? IntervalOverride { get; init; }

    /// <summary>The account's calendar.</summary>
    public required AccountCalendar Calendar { get; init; }

    /// <summary><c>ad_accounts.attribution_window_days</c>.</summary>
    public int AttributionWindowDays { get; init; } = 7;

    /// <summary>How far back <c>tier</c> and <c>fresh</c> read, as learned; null while too little is known.</summary>
    public LearnedLookback? Lookback { get; init; }

    /// <summary><c>META_FRESH_SCHED_MINUTES</c>; null switches the job off. Default: one day.</summary>
    public TimeSpan? FreshInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary><c>META_SYNC_INTERVAL_MINUTES</c>: how often campaigns, ad sets, ads and creatives are read; null switches the job off. Default: 4 hours.</summary>
    public TimeSpan? EntitiesInterval { get; init; } = TimeSpan.FromHours(4);

    /// <summary><c>META_SYNC_CRON</c>: when <c>incremental</c> runs by itself; null: on request only.</summary>
    public CronExpression? IncrementalCron { get; init; }

    /// <summary>The account's reports, in the order in which they are published.</summary>
    public ImmutableArray<InsightsReport> Reports { get; init; } = InsightsReport.Defaults;

    /// <summary>The connection whose token is used; null when there is none.</summary>
    public ConnectionKey? Connection { get; init; }

    /// <summary>Grows when the connection gets a new token: what was parked for the old one is tried again.</summary>
    public long ConnectionVersion { get; init; }

    /// <summary>The Meta app, when it is known.</summary>
    public AppKey? App { get; init; }

    /// <summary>The interval of the job <c>tier</c>.</summary>
    public TimeSpan TierInterval => IntervalOverride ?? Tier.Interval;

    /// <summary>Whether people want this account to be synced now, and its tenant's currency rule lets it.</summary>
    public bool Wanted => Enabled && TenantEnabled && SchedulerEnabled && JobsEnabled && CurrencyRefusal is null;

    /// <summary>The rule by which a job recurs by itself; null when it does not, or when there is nothing that it would read.</summary>
    public Recurrence? RecurrenceOf(SyncJob job) =>
        job.ReadsInsights() && SyncPlan.ReportsOf(job, PlanInputs).IsEmpty ? null : job switch
        {
            SyncJob.Tier => IntervalOverride is null && Tier.CronExpression is { } cron ? new Recurrence.Cron(cron) : new Recurrence.Every(TierInterval),
            SyncJob.Fresh => Every(FreshInterval),
            SyncJob.Entities => Every(EntitiesInterval),
            SyncJob.Incremental => IncrementalCron is { } cron ? new Recurrence.Cron(cron) : null,
            SyncJob.Deep => new Recurrence.Daily(Calendar, Settled, NightSpan),
            // After deep, so that the sums are of rows that were read tonight.
            SyncJob.Reconcile => new Recurrence.Daily(Calendar, Settled.Add(NightSpan), NightSpan),
            _ => null,
        };

    /// <summary>What <see cref="SyncPlan"/> needs.</summary>
    public PlanInputs PlanInputs => new(Calendar, Tier, AttributionWindowDays, Reports) { LookbackDays = Lookback?.Days ?? 0 };

    /// <summary>Everything that one call of a job counts against.</summary>
    public ImmutableArray<LimitScope> ScopesOf(SyncJob job, Accounts.AdAccountId account)
    {
        var scopes = ImmutableArray.CreateBuilder<LimitScope>();
        if (Connection is { } connection)
            scopes.Add(LimitScope.User(connection));
        if (App is { } app)
        {
            scopes.Add(LimitScope.App(app));
            if (job.ReadsInsights())
                scopes.Add(LimitScope.Insights(app));
        }

        scopes.Add(LimitScope.UseCaseOf(account, job.ReadsInsights() ? LimitScope.AdsInsights : LimitScope.AdsManagement));
        scopes.Add(LimitScope.Score(account));
        return scopes.ToImmutable();
    }

    private static Recurrence.Every? Every(TimeSpan? interval) => interval is { } known ? new Recurrence.Every(known) : null;
}
