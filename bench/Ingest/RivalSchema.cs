namespace MetaGrains.Bench.Ingest;

/// <summary>The rivals' tables: one with fact and raw text, and copies of the product's own.</summary>
internal static class RivalSchema
{
    /// <summary>The fact's columns, key and index, and the raw text beside them; values are compressed with the cheap method, as the product's are.</summary>
    public const string Create = """
        drop table if exists rival, rival_fact, rival_raw, rival_days;
        create table rival (like meta_insights_daily including defaults, payload json, primary key (row_key, date));
        create index on rival (tenant_id, ad_account_id, report, date);
        create table rival_fact (like meta_insights_daily including all) partition by range (date);
        create table rival_fact_02 partition of rival_fact for values from ('2026-02-01') to ('2026-03-01');
        create table rival_fact_03 partition of rival_fact for values from ('2026-03-01') to ('2026-04-01');
        create table rival_raw (like meta_insights_raw including all) partition by range (date);
        create table rival_raw_02 partition of rival_raw for values from ('2026-02-01') to ('2026-03-01');
        create table rival_raw_03 partition of rival_raw for values from ('2026-03-01') to ('2026-04-01');
        create table rival_days (like daily_meta_metrics including all);
        """;

    public const string Compress = """
        alter table rival alter column payload set compression lz4, alter column actions set compression lz4;
        alter table rival_fact_02 alter column actions set compression lz4;
        alter table rival_fact_03 alter column actions set compression lz4;
        """;

    public const string Empty = "truncate rival, rival_fact, rival_raw, rival_days";

    /// <summary>What an own loader runs at its end, for the days that it has touched.</summary>
    public const string Days = """
        insert into rival_days as m (
          tenant_id, ad_account_id, date, impressions, clicks, ads, campaigns, run_id, updated_at, currency,
          spend, conversions, purchases, purchase_value, leads, revenue)
        select tenant_id, ad_account_id, date, sum(impressions)::bigint, sum(clicks)::bigint, count(*), count(distinct campaign_id), 1, now(), min(currency),
               sum(spend), sum(conversions), sum(purchases), sum(purchase_value), sum(leads), sum(revenue)
        from rival_fact where date between '2026-02-02' and '2026-03-01'
        group by tenant_id, ad_account_id, date
        on conflict (tenant_id, ad_account_id, date) do update set
          impressions = excluded.impressions, clicks = excluded.clicks, ads = excluded.ads, campaigns = excluded.campaigns, updated_at = excluded.updated_at,
          spend = excluded.spend, conversions = excluded.conversions, purchases = excluded.purchases, purchase_value = excluded.purchase_value,
          leads = excluded.leads, revenue = excluded.revenue
        """;
}
