namespace MetaGrains.Warehouse.Reads;

/// <summary>Which days are asked about; what is null does not filter.</summary>
/// <param name="Accounts">Ad accounts, as <c>act_123</c>.</param>
/// <param name="Since">The first day.</param>
/// <param name="Until">The last day.</param>
public sealed record DayFilter(IReadOnlyList<string>? Accounts, DateOnly? Since, DateOnly? Until)
{
    internal TenantQuery On(TenantQuery query) => query
        .Where("t.ad_account_id = any (@accounts)", "accounts", Accounts?.ToArray())
        .Where("t.date >= @since", "since", Since)
        .Where("t.date <= @until", "until", Until);
}

/// <summary>What people ask before they rely on a number: how fresh, how final, does it match, what changed.</summary>
public static class TrustQueries
{
    /// <summary>Columns of <see cref="Freshness"/>.</summary>
    public static IReadOnlyList<ReadColumn> FreshnessColumns { get; } =
    [
        .. ReadColumn.Of(CellKind.Text, "ad_account_id", "stream"), new("latest_data_date", CellKind.Day), new("last_synced_at", CellKind.Time),
        .. ReadColumn.Of(CellKind.Number, "lag_seconds", "promised_seconds"), new("behind", CellKind.Flag), new("enabled", CellKind.Flag), new("health", CellKind.Text),
    ];

    /// <summary>Columns of <see cref="Revisions"/>.</summary>
    public static IReadOnlyList<ReadColumn> RevisionColumns { get; } =
    [
        new("seen_at", CellKind.Time), new("ad_account_id", CellKind.Text), new("date", CellKind.Day),
        .. ReadColumn.Of(CellKind.Text, "report", "level", "entity_id", "breakdown_key", "metric", "reason"),
        .. ReadColumn.Of(CellKind.Number, "old_value", "new_value", "run_id"),
    ];

    /// <summary>Columns of <see cref="Reconciliation"/>.</summary>
    public static IReadOnlyList<ReadColumn> ReconciliationColumns { get; } =
    [
        new("ad_account_id", CellKind.Text), new("date", CellKind.Day), .. ReadColumn.Of(CellKind.Text, "report", "level", "metric", "verdict"),
        .. ReadColumn.Of(CellKind.Number, "account_total", "rows_total", "unattributed"), new("checked_at", CellKind.Time), new("run_id", CellKind.Number),
    ];

    /// <summary>Columns of <see cref="Finality"/>.</summary>
    public static IReadOnlyList<ReadColumn> FinalityColumns { get; } =
    [
        new("ad_account_id", CellKind.Text), new("date", CellKind.Day), new("finality", CellKind.Text), new("is_final", CellKind.Flag),
        .. ReadColumn.Of(CellKind.Time, "closed_at", "final_at"),
    ];

    // What an account promises: the plain reports at its own interval, objects every four hours, further reports daily;
    // twice that may pass. Who is paused promises nothing.
    private const string Promises = """
        (select a.tenant_id, a.ad_account_id, m.stream, coalesce(m.stream, '') as place, m.latest_data_date, m.last_synced_at,
                floor(extract(epoch from @now - m.last_synced_at))::bigint as lag_seconds,
                case when p.synced then p.seconds end as promised_seconds,
                case when p.synced then extract(epoch from @now - coalesce(m.last_synced_at, a.created_at)) > p.seconds end as behind,
                p.synced as enabled, coalesce(s.health, 'active') as health
         from ad_accounts a
         join tenants o on o.id = a.tenant_id
         join meta_sync_config c on c.tier = a.tier
         left join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
         left join data_freshness_marks m on m.tenant_id = a.tenant_id and m.ad_account_id = a.ad_account_id
         cross join lateral (
           select a.enabled and o.sync_enabled and a.integration_id is not null as synced,
                  2 * greatest(
                    coalesce((a.settings ->> 'interval_seconds')::bigint, c.interval_minutes * 60),
                    case when m.stream in ('campaigns', 'adsets', 'ads', 'creatives') then 14400
                         when m.stream not in ('account_daily', 'campaign_daily', 'adset_daily', 'ad_daily', 'external') then 86400
                         else 0 end) as seconds
         ) p) t
        """;

    /// <summary>Every stream of every account, by account and stream; an account that was never read has one row without a stream.</summary>
    public static TenantQuery Freshness(IReadOnlyList<string>? accounts, bool? behind, DateTimeOffset now) =>
        new TenantQuery(Promises, FreshnessColumns, [new("t.ad_account_id"), new("t.place")])
            .With("now", now.UtcDateTime)
            .Where("t.ad_account_id = any (@accounts)", "accounts", accounts?.ToArray())
            .Where("coalesce(t.behind, false) = @behind", "behind", behind);

    /// <summary>Changes of numbers of days that were over, in the order in which they were seen.</summary>
    public static TenantQuery Revisions(DayFilter days, DateTimeOffset? seenSince, string? report, string? metric, string? reason) =>
        days.On(new TenantQuery(
                "meta_insights_revisions t", RevisionColumns,
                [
                    new("t.seen_at", CellKind.Time),
                    new("md5(concat_ws('/', t.ad_account_id, t.date, t.report, t.entity_id, t.breakdown_key, t.metric, t.run_id))"),
                ]))
            .Where("t.seen_at >= @seen", "seen", seenSince?.UtcDateTime)
            .Where("t.report = @report", "report", report)
            .Where("t.metric = @metric", "metric", metric)
            .Where("t.reason = @reason", "reason", reason);

    /// <summary>The account's own totals beside the sums of its rows, by account, day, report and metric.</summary>
    public static TenantQuery Reconciliation(DayFilter days, string? verdict) =>
        days.On(new TenantQuery(
                "meta_reconciliation t", ReconciliationColumns, [new("t.ad_account_id"), new("t.date", CellKind.Day), new("t.report"), new("t.metric")]))
            .Where("t.verdict = @verdict", "verdict", verdict);

    /// <summary>Whether days can still change, by account and day.</summary>
    public static TenantQuery Finality(DayFilter days, string? finality) =>
        days.On(new TenantQuery("meta_day_finality t", FinalityColumns, [new("t.ad_account_id"), new("t.date", CellKind.Day)]))
            .Where("t.finality = @finality", "finality", finality);
}
