namespace MetaGrains.Api.Tests.Support;

/// <summary>Rows of the warehouse, written as a publish leaves them.</summary>
internal static class FactRows
{
    public static readonly DateOnly Day = new(2026, 3, 2);

    private const string Insert = """
        insert into meta_insights_daily (row_key, tenant_id, content_hash, impressions, clicks, reach, run_id, first_seen, updated_at, date, ad_account_id, report, level,
          entity_id, campaign_id, adset_id, ad_id, breakdown_key, attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads,
          revenue, breakdowns, actions)
        select gen_random_uuid(), $1, 1, 1000, 10, 900, 1, '2026-03-03 00:00+00', '2026-03-03 00:00+00', date '2026-03-02' + (n / $4)::integer, $2, 'ad_daily', 'ad',
          (7000 + n % $4)::text, (9000 + n % $4 % 2)::text, (8000 + n % $4 % 4)::text, (7000 + n % $4)::text, '', '7d_click', 'mixed', 'EUR', 1.10 + (n % $4) / 100.0, 3, 2, 40.50, 1,
          40.50, null, '{"actions":{"omni_purchase":{"1d_click":1,"7d_click":2,"value":2},"purchase":{"value":9},"lead":{"7d_click":1,"value":1}},"action_values":{"omni_purchase":{"1d_click":20.25,"value":40.50}}}'
        from generate_series(0, $3 * $4 - 1) n
        """;

    /// <summary>Rows of the report <c>ad_daily</c>: some ads on each of some days from <see cref="Day"/> on.</summary>
    public static async Task AdsAsync(ApiSystem api, TestTenant tenant, string account, int days, int ads)
    {
        await api.Database.ExecuteAsync("select ensure_insight_partitions('2026-03-01', '2026-04-30')");
        await api.Database.ExecuteAsync(Insert, tenant.Id, account, days, ads);
    }

    /// <summary>A report by age at campaign level: its definition for the tenant, and one row per group.</summary>
    public static Task AgesAsync(ApiSystem api, TestTenant tenant, string account) => api.Database.ExecuteAsync(
        """
        with definition as (
          insert into report_definitions (tenant_id, report, level, fields, breakdowns, attribution_windows)
          values ($1, 'campaign_age', 'campaign', '{spend}', '{age}', '{}'))
        insert into meta_insights_daily (row_key, tenant_id, content_hash, impressions, clicks, run_id, first_seen, updated_at, date, ad_account_id, report, level,
          entity_id, campaign_id, breakdown_key, attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads, revenue, breakdowns)
        select gen_random_uuid(), $1, 1, 5, 0, 1, now(), now(), '2026-03-02', $2, 'campaign_age', 'campaign', '9000', '9000', 'age=' || age, '7d_click', 'mixed', 'EUR', 0.5,
          0, 0, 0, 0, 0, jsonb_build_object('age', age)
        from unnest(array['18-24', '25-34', 'Nezjištěno, "?"']) age
        """, tenant.Id, account);

    /// <summary>A campaign with one ad set, ad and creative, and a campaign that is gone.</summary>
    public static Task ObjectsAsync(ApiSystem api, TestTenant tenant, string account) => api.Database.ExecuteAsync($$"""
        insert into meta_campaigns (tenant_id, ad_account_id, campaign_id, name, status, effective_status, daily_budget, special_ad_categories, raw, content_hash, first_seen, updated_at, deleted_at)
        values ('{{tenant.Id}}', '{{account}}', '9000', 'Spring, "new"', 'ACTIVE', 'ACTIVE', 5000, '{HOUSING}', '{}', 1, '2026-03-01 00:00+00', '2026-03-01 00:00+00', null),
               ('{{tenant.Id}}', '{{account}}', '9001', 'Gone', 'DELETED', 'DELETED', null, null, '{}', 1, '2026-03-01 00:00+00', '2026-03-01 00:00+00', '2026-03-02 00:00+00');
        insert into meta_ad_sets (tenant_id, ad_account_id, adset_id, campaign_id, name, status, effective_status, targeting, raw, content_hash, first_seen, updated_at)
        values ('{{tenant.Id}}', '{{account}}', '8000', '9000', 'Set', 'ACTIVE', 'PAUSED', '{"age_min":18}', '{}', 1, now(), now());
        insert into meta_ads (tenant_id, ad_account_id, ad_id, adset_id, campaign_id, name, status, raw, content_hash, first_seen, updated_at)
        values ('{{tenant.Id}}', '{{account}}', '7000', '8000', '9000', 'Ad', 'PAUSED', '{}', 1, now(), now());
        insert into meta_creatives (tenant_id, ad_account_id, creative_id, name, raw, content_hash, first_seen, updated_at)
        values ('{{tenant.Id}}', '{{account}}', '6000', 'Creative', '{}', 1, now(), now());
        insert into meta_entity_versions (tenant_id, ad_account_id, kind, entity_id, valid_from, valid_to, content, changed_fields, content_hash)
        values ('{{tenant.Id}}', '{{account}}', 'campaign', '9000', '2026-03-01 00:00+00', '2026-03-02 00:00+00', '{"name":"Sprnig"}', '{}', 1),
               ('{{tenant.Id}}', '{{account}}', 'campaign', '9000', '2026-03-02 00:00+00', null, '{"name":"Spring"}', '{name}', 2);
        """);
}
