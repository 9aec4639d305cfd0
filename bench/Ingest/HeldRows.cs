using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// Fills the tables with what other accounts have had for two years, 10,000 rows each on average, up to the month that
/// the benchmark loads. Keys, months, indexes and the rows of each day are as real; texts are shorter, since a load reads
/// none of them.
/// </summary>
internal sealed class HeldRows(NpgsqlDataSource database, TenantId tenant)
{
    private const int RowsPerAccount = 10_000;
    private const int Days = 730;
    private static readonly DateOnly Since = new(2024, 4, 1);

    private const string Partitions = "select ensure_insight_partitions(@since, @since + @days - 1)";

    private const string Accounts = """
        insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name)
        select @tenant, 'act_' || 900000000000000 + n, 'Held ' || n, 'EUR', 'Europe/Prague' from generate_series(0, @accounts - 1) n
        """;

    // Day after day, as time passes; within a day account after account.
    private const string Facts = """
        insert into meta_insights_daily (
          row_key, tenant_id, content_hash, impressions, clicks, reach, run_id, first_seen, updated_at, date, ad_account_id, report, level,
          entity_id, campaign_id, adset_id, ad_id, attribution_window, action_report_time, currency,
          spend, conversions, purchases, purchase_value, leads, revenue, actions)
        select md5('held' || n)::uuid, @tenant, n, n % 50000, n % 900, n % 40000, 0, @now, @now, @since + (n * @days / @rows)::integer,
               'act_' || 900000000000000 + n % @accounts, 'ad_daily', 'ad',
               120242900000000000 + n % 200000, 120240900000000000 + n % 10000, 120241900000000000 + n % 50000, 120242900000000000 + n % 200000,
               '7d_click', 'mixed', 'EUR', n % 100000 / 100.0, 3, 3, 120.5, 0, 120.5,
               '{"actions":{"omni_purchase":{"1d_click":1,"7d_click":2,"value":3},"link_click":{"1d_click":100,"7d_click":150,"value":300}}}'
        from generate_series(0::bigint, @rows - 1) n
        """;

    private const string Raw = """
        insert into meta_insights_raw (row_key, tenant_id, run_id, fetched_at, date, ad_account_id, report, payload)
        select row_key, tenant_id, run_id, first_seen, date, ad_account_id, report, json_build_object('ad_id', ad_id, 'spend', spend, 'pad', repeat('x', 200))
        from meta_insights_daily
        """;

    private const string Closed = """
        insert into meta_insights_days (tenant_id, ad_account_id, report, date, closed_at, final_at, shape)
        select tenant_id, ad_account_id, report, date, @now, @now, 1 from meta_insights_daily group by tenant_id, ad_account_id, report, date
        """;

    private const string Metrics = """
        insert into daily_meta_metrics (
          tenant_id, ad_account_id, date, impressions, clicks, ads, campaigns, run_id, updated_at, currency,
          spend, conversions, purchases, purchase_value, leads, revenue)
        select tenant_id, ad_account_id, date, sum(impressions), sum(clicks), count(*), count(distinct campaign_id), 0, @now, 'EUR',
               sum(spend), sum(conversions), sum(purchases), sum(purchase_value), sum(leads), sum(revenue)
        from meta_insights_daily group by tenant_id, ad_account_id, date
        """;

    public async Task FillAsync(int rows)
    {
        foreach (var sql in new[] { Partitions, Accounts, Facts, Raw, Closed, Metrics, "vacuum analyze", "checkpoint" })
        {
            await using var command = database.CreateCommand(sql);
            Bind("tenant", tenant.Value, NpgsqlDbType.Uuid);
            Bind("since", Since, NpgsqlDbType.Date);
            Bind("days", Days, NpgsqlDbType.Integer);
            Bind("rows", (long)rows, NpgsqlDbType.Bigint);
            Bind("accounts", Math.Max(1, rows / RowsPerAccount), NpgsqlDbType.Integer);
            Bind("now", TimeProvider.System.GetUtcNow().UtcDateTime, NpgsqlDbType.TimestampTz);
            await command.ExecuteNonQueryAsync();

            void Bind(string name, object value, NpgsqlDbType type)
            {
                if (sql.Contains('@' + name, StringComparison.Ordinal))
                    command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value });
            }
        }
    }
}
