using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Insights;
using NpgsqlTypes;

namespace MetaGrains.Bench.Ingest;

/// <summary>A column that rivals write, and its value for a row.</summary>
internal abstract class RivalColumn(string name, NpgsqlDbType type)
{
    public string Name => name;

    public NpgsqlDbType Type => type;

    public abstract object Of(in InsightRow row);

    public abstract Array Of(InsightRow[] batch);
}

/// <summary>A table that rivals write, with its upsert.</summary>
internal sealed class RivalTable(string name, IReadOnlyList<RivalColumn> columns)
{
    public string Name => name;

    public IReadOnlyList<RivalColumn> Columns => columns;

    public string ColumnNames => string.Join(", ", columns.Select(column => column.Name));

    public string Placeholders => string.Join(", ", columns.Select((_, index) => $"${index + 1}"));

    public string OnConflict => "on conflict (row_key, date) do update set "
        + string.Join(", ", columns.Where(column => column.Name is not ("row_key" or "date" or "first_seen")).Select(column => $"{column.Name} = excluded.{column.Name}"));
}

/// <summary>The fact's columns and the raw text, as every rival writes them.</summary>
internal sealed class RivalColumns
{
    private readonly RowHash _hash = new();
    private readonly List<RivalColumn> _all = [];

    public RivalColumns(TenantId tenant)
    {
        var run = new SyncRun(1, new AdAccountKey(tenant, BenchPages.Account), "incremental", 1);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Add("row_key", NpgsqlDbType.Uuid, (in InsightRow row) => _hash.Key(run, BenchPages.Report, row.AdId!, in row));
        Add("tenant_id", NpgsqlDbType.Uuid, (in InsightRow _) => tenant.Value);
        Add("content_hash", NpgsqlDbType.Bigint, (in InsightRow row) => _hash.Content(in row));
        Add("impressions", NpgsqlDbType.Bigint, (in InsightRow row) => row.Impressions);
        Add("clicks", NpgsqlDbType.Bigint, (in InsightRow row) => row.Clicks);
        Add("reach", NpgsqlDbType.Bigint, (in InsightRow row) => row.Reach!.Value);
        Add("run_id", NpgsqlDbType.Bigint, (in InsightRow _) => run.Id);
        Add("first_seen", NpgsqlDbType.TimestampTz, (in InsightRow _) => now);
        Add("updated_at", NpgsqlDbType.TimestampTz, (in InsightRow _) => now);
        Add("fetched_at", NpgsqlDbType.TimestampTz, (in InsightRow _) => now);
        Add("date", NpgsqlDbType.Date, (in InsightRow row) => row.Date);
        Add("ad_account_id", NpgsqlDbType.Text, (in InsightRow _) => "act_361744628296290");
        Add("report", NpgsqlDbType.Text, (in InsightRow _) => BenchPages.Report.Name);
        Add("level", NpgsqlDbType.Text, (in InsightRow _) => "ad");
        Add("entity_id", NpgsqlDbType.Text, (in InsightRow row) => row.AdId!);
        Add("campaign_id", NpgsqlDbType.Text, (in InsightRow row) => row.CampaignId!);
        Add("adset_id", NpgsqlDbType.Text, (in InsightRow row) => row.AdSetId!);
        Add("ad_id", NpgsqlDbType.Text, (in InsightRow row) => row.AdId!);
        Add("breakdown_key", NpgsqlDbType.Text, (in InsightRow row) => row.BreakdownKey);
        Add("attribution_window", NpgsqlDbType.Text, (in InsightRow row) => row.AttributionSetting);
        Add("action_report_time", NpgsqlDbType.Text, (in InsightRow _) => "mixed");
        Add("currency", NpgsqlDbType.Text, (in InsightRow row) => row.Currency);
        Add("spend", NpgsqlDbType.Numeric, (in InsightRow row) => row.Spend);
        Add("conversions", NpgsqlDbType.Numeric, (in InsightRow row) => row.Conversions.Conversions);
        Add("purchases", NpgsqlDbType.Numeric, (in InsightRow row) => row.Conversions.Purchases);
        Add("purchase_value", NpgsqlDbType.Numeric, (in InsightRow row) => row.Conversions.PurchaseValue);
        Add("leads", NpgsqlDbType.Numeric, (in InsightRow row) => row.Conversions.Leads);
        Add("revenue", NpgsqlDbType.Numeric, (in InsightRow row) => row.Conversions.Revenue);
        Add("actions", NpgsqlDbType.Jsonb, (in InsightRow row) => Encoding.UTF8.GetString(row.Actions.Span));
        Add("payload", NpgsqlDbType.Json, (in InsightRow row) => Encoding.UTF8.GetString(row.Raw.Span));
    }

    private delegate T Value<out T>(in InsightRow row);

    /// <summary>Fact and raw text in one table.</summary>
    public RivalTable Wide => new("rival", [.. _all.Where(column => column.Name != "fetched_at")]);

    public RivalTable Fact => new("rival_fact", [.. _all.Where(column => column.Name is not ("fetched_at" or "payload"))]);

    public RivalTable Raw => new(
        "rival_raw", [.. _all.Where(column => column.Name is "row_key" or "tenant_id" or "run_id" or "fetched_at" or "date" or "ad_account_id" or "report" or "payload")]);

    private void Add<T>(string name, NpgsqlDbType type, Value<T> value)
        where T : notnull => _all.Add(new Typed<T>(name, type, value));

    private sealed class Typed<T>(string name, NpgsqlDbType type, Value<T> value) : RivalColumn(name, type)
        where T : notnull
    {
        public override object Of(in InsightRow row) => value(in row);

        public override Array Of(InsightRow[] batch)
        {
            var values = new T[batch.Length];
            for (var index = 0; index < batch.Length; index++)
                values[index] = value(in batch[index]);
            return values;
        }
    }
}
