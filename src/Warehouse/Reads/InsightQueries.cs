namespace MetaGrains.Warehouse.Reads;

/// <summary>Columns that may be chosen.</summary>
/// <param name="Usual">Those that are answered when nobody chooses.</param>
/// <param name="Further">Those that are answered when they are asked for.</param>
public sealed record InsightColumns(IReadOnlyList<ReadColumn> Usual, IReadOnlyList<ReadColumn> Further)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ReadColumn> All { get; } = [.. Usual, .. Further];
}

/// <summary>What can be asked of the fact: its rows by day, each object's sums over all days, and totals per currency.</summary>
public static class InsightQueries
{
    /// <summary>Why no sum has a reach.</summary>
    public const string ReachNote = "People are counted once per query: reach of several days or objects never adds up.";

    private static readonly ReadColumn[] Place =
        [.. ReadColumn.Of(CellKind.Text, "ad_account_id", "level", "entity_id", "campaign_id", "adset_id", "ad_id")];

    private static readonly ReadColumn[] Sums =
    [
        .. ReadColumn.Of(CellKind.Number, "impressions", "clicks"),
        .. ReadColumn.Of(CellKind.Number, "reach", "spend", "conversions", "purchases", "purchase_value", "leads", "revenue"),
    ];

    // Always of the sums beside them; null where the divisor is zero.
    private static readonly ReadColumn[] Ratios =
    [
        new("ctr", CellKind.Number, "t.clicks::numeric / nullif(t.impressions, 0)"),
        new("cpc", CellKind.Number, "t.spend / nullif(t.clicks, 0)"),
        new("cpm", CellKind.Number, "t.spend * 1000 / nullif(t.impressions, 0)"),
        new("cpa", CellKind.Number, "t.spend / nullif(t.conversions, 0)"),
        new("conversion_rate", CellKind.Number, "t.conversions / nullif(t.clicks, 0)"),
        new("roas", CellKind.Number, "t.revenue / nullif(t.spend, 0)"),
    ];

    private static readonly ReadColumn Breakdowns = new("breakdowns", CellKind.Json);
    private static readonly ReadColumn Report = new("report", CellKind.Text);
    private static readonly ReadColumn BreakdownKey = new("breakdown_key", CellKind.Text);
    private static readonly ReadColumn Currency = new("currency", CellKind.Text);
    private static readonly ReadColumn Window = new("attribution_window", CellKind.Text);

    /// <summary>Columns of rows by day.</summary>
    public static InsightColumns Daily { get; } = new(
        [new("date", CellKind.Day), .. Place, Breakdowns, Window, Currency, .. Sums, new("updated_at", CellKind.Time)],
        [
            .. Ratios, Report, BreakdownKey, new("action_report_time", CellKind.Text), new("actions", CellKind.Json),
            new("incomplete", CellKind.Json, "to_jsonb(t.incomplete)"), new("run_id", CellKind.Number), new("first_seen", CellKind.Time),
        ]);

    /// <summary>Columns of rows by day as they stood at a moment.</summary>
    public static InsightColumns Historic { get; } = new([new("date", CellKind.Day), .. Place, BreakdownKey, Currency, .. Sums, new("exact", CellKind.Flag)], [.. Ratios, Report]);

    /// <summary>Columns of sums over all days.</summary>
    public static InsightColumns Whole { get; } = new([.. Place, BreakdownKey, Currency, new("days", CellKind.Number), .. Sums], [.. Ratios, Report]);

    /// <summary>Columns of totals.</summary>
    public static IReadOnlyList<ReadColumn> Totals { get; } =
        [Currency, new("rows", CellKind.Number), .. Sums, .. Ratios, new("reach_note", CellKind.Text, $"'{ReachNote}'")];

    /// <summary>Rows by account, day, object and breakdown.</summary>
    public static TenantQuery Days(InsightFilter filter, IReadOnlyList<ReadColumn> columns)
    {
        var source = new InsightSource(filter);
        return source.Query($"({source.Sql}) t", columns, new("t.ad_account_id"), new("t.date", CellKind.Day), new("t.entity_id"), new("md5(t.breakdown_key)"));
    }

    /// <summary>Sums of all days, by account, object, breakdown and currency.</summary>
    public static TenantQuery WholeRange(InsightFilter filter, IReadOnlyList<ReadColumn> columns)
    {
        var source = new InsightSource(filter);
        return source.Query(
            $"""
            (select s.tenant_id, s.ad_account_id, s.report, s.level, s.entity_id, s.campaign_id, s.adset_id, s.ad_id, s.breakdown_key, s.currency,
                    count(distinct s.date) as days, {Added}
              from ({source.Sql}) s
              group by s.tenant_id, s.ad_account_id, s.report, s.level, s.entity_id, s.campaign_id, s.adset_id, s.ad_id, s.breakdown_key, s.currency) t
            """,
            columns,
            // An ad that is moved to another ad set has sums under both.
            new("t.ad_account_id"), new("t.entity_id"), new("md5(t.breakdown_key)"), new("t.currency"),
            new("concat_ws('-', t.level, t.campaign_id, t.adset_id, t.ad_id)"));
    }

    /// <summary>One row per currency: money of different ones is never added.</summary>
    public static TenantQuery TotalsOf(InsightFilter filter)
    {
        var source = new InsightSource(filter);
        return source.Query(
            $"(select s.tenant_id, s.currency, count(*) as rows, {Added} from ({source.Sql}) s group by s.tenant_id, s.currency) t",
            Totals, new ReadKey("t.currency"));
    }

    private const string Added = """
        sum(s.impressions) as impressions, sum(s.clicks) as clicks, null::bigint as reach, sum(s.spend) as spend, sum(s.conversions) as conversions,
        sum(s.purchases) as purchases, sum(s.purchase_value) as purchase_value, sum(s.leads) as leads, sum(s.revenue) as revenue
        """;
}
