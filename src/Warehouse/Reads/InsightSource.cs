using System.Text;

namespace MetaGrains.Warehouse.Reads;

/// <summary>Which rows of the fact are asked for; what is null does not filter.</summary>
public sealed record InsightFilter
{
    /// <summary>The report; exactly one, since reports repeat each other.</summary>
    public required string Report { get; init; }

    /// <summary>The level of the rows.</summary>
    public string? Level { get; init; }

    /// <summary>Ad accounts, as <c>act_123</c>.</summary>
    public IReadOnlyList<string>? Accounts { get; init; }

    /// <summary>The first day.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>The last day.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Ids of campaigns.</summary>
    public IReadOnlyList<string>? Campaigns { get; init; }

    /// <summary>Ids of ad sets.</summary>
    public IReadOnlyList<string>? AdSets { get; init; }

    /// <summary>Ids of ads.</summary>
    public IReadOnlyList<string>? Ads { get; init; }

    /// <summary>Ids of the objects that the rows are about.</summary>
    public IReadOnlyList<string>? Entities { get; init; }

    /// <summary>As the fact stood then; null for now.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The attribution window that conversions are counted under; null for each row's own setting.</summary>
    public string? Window { get; init; }
}

/// <summary>The rows of the fact that a filter leaves, as a relation for queries to be put upon.</summary>
internal sealed class InsightSource
{
    private readonly List<(string Name, object Value)> _parameters = [];

    public InsightSource(InsightFilter filter)
    {
        var sql = new StringBuilder(Select(filter)).Append("\n  where d.tenant_id = @tenant and d.report = @report");
        _parameters.Add(("report", filter.Report));
        Add(sql, "d.ad_account_id = any (@accounts)", "accounts", filter.Accounts?.ToArray());
        Add(sql, "d.date >= @since", "since", filter.Since);
        Add(sql, "d.date <= @until", "until", filter.Until);
        Add(sql, "d.level = @level", "level", filter.Level);
        Add(sql, "d.campaign_id = any (@campaigns)", "campaigns", filter.Campaigns?.ToArray());
        Add(sql, "d.adset_id = any (@adsets)", "adsets", filter.AdSets?.ToArray());
        Add(sql, "d.ad_id = any (@ads)", "ads", filter.Ads?.ToArray());
        Add(sql, "d.entity_id = any (@entities)", "entities", filter.Entities?.ToArray());
        if (filter.AsOf is { } moment)
            _parameters.Add(("as_of", moment.UtcDateTime));
        if (filter.Window is { } window)
            _parameters.Add(("window", window));
        Sql = sql.ToString();
    }

    /// <summary>A select over the parameters of <see cref="Query"/>.</summary>
    public string Sql { get; }

    /// <summary>A query over this source.</summary>
    public TenantQuery Query(string from, IReadOnlyList<ReadColumn> columns, params ReadKey[] keys)
    {
        var query = new TenantQuery(from, columns, keys);
        foreach (var (name, value) in _parameters)
            query.With(name, value);
        return query;
    }

    private void Add(StringBuilder sql, string condition, string name, object? value)
    {
        if (value is null)
            return;
        sql.Append($" and {condition}");
        _parameters.Add((name, value));
    }

    private static string Select(InsightFilter filter) => filter switch
    {
        { AsOf: not null } => "select d.* from insights_as_of(@as_of) d",
        { Window: not null } => """
            select d.tenant_id, d.ad_account_id, d.report, d.level, d.entity_id, d.campaign_id, d.adset_id, d.ad_id, d.date, d.breakdown_key, d.breakdowns,
                     @window as attribution_window, d.action_report_time, d.currency, d.impressions, d.clicks, d.reach, d.spend,
                     w.purchases + w.leads as conversions, w.purchases, w.purchase_value, w.leads, w.purchase_value + w.lead_value as revenue,
                     d.actions, d.incomplete, d.run_id, d.first_seen, d.updated_at
              from meta_insights_daily d cross join lateral conversions_under(d.actions, @window) w
            """,
        _ => "select d.* from meta_insights_daily d",
    };
}
