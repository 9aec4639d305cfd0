namespace MetaGrains.Warehouse.Insights;

/// <content>The statements of a publish, in the order in which they run.</content>
public sealed partial class SlicePublisher
{
    // Staging was filled a moment ago and has no statistics: the planner would take it for one row and loop. The
    // joins here are of a slice with itself, for which a hash is always right. Compiling them would cost more than it saves.
    internal const string Plan = "set local enable_nestloop = off; set local jit = off";

    // Holds the pen until commit: a run that starts now waits, and a run that started before has raised the epoch.
    private const string Fence = """
        select run_epoch from sync_cursors
        where tenant_id = @tenant and ad_account_id = @account and job = @job
        for update
        """;

    private const string Check = """
        select count(*), count(distinct row_key), count(*) filter (where date not between @since and @until)
        from insights_staging
        where run_id = @run and run_epoch = @epoch and slice = @slice
        """;

    private const string Tombstone = """
        with gone as (
          delete from meta_insights_daily d
          where d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
            and d.date between @since and @until
            and not exists (
              select from insights_staging s where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice and s.row_key = d.row_key)
          returning d.*
        )
        insert into meta_insights_tombstones select gone.*, @now, @run from gone
        """;

    private const string Update = """
        update meta_insights_daily d set
          content_hash = s.content_hash, impressions = s.impressions, clicks = s.clicks, reach = s.reach,
          run_id = @run, updated_at = @now,
          campaign_id = s.campaign_id, adset_id = s.adset_id, ad_id = s.ad_id,
          attribution_window = s.attribution_window, currency = s.currency, spend = s.spend,
          conversions = s.conversions, purchases = s.purchases, purchase_value = s.purchase_value,
          leads = s.leads, revenue = s.revenue, breakdowns = s.breakdowns, actions = s.actions, incomplete = null
        from insights_staging s
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice
          and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
          and d.date between @since and @until
          and d.row_key = s.row_key and d.content_hash <> s.content_hash
        """;

    private const string Insert = """
        insert into meta_insights_daily (
          row_key, tenant_id, content_hash, impressions, clicks, reach, run_id, first_seen, updated_at, date,
          ad_account_id, report, level, entity_id, campaign_id, adset_id, ad_id, breakdown_key,
          attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads, revenue,
          breakdowns, actions)
        select
          s.row_key, @tenant, s.content_hash, s.impressions, s.clicks, s.reach, @run, @now, @now, s.date,
          @account, @report, @level, s.entity_id, s.campaign_id, s.adset_id, s.ad_id, s.breakdown_key,
          s.attribution_window, 'mixed', s.currency, s.spend, s.conversions, s.purchases, s.purchase_value, s.leads, s.revenue,
          s.breakdowns, s.actions
        from insights_staging s
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice
          and not exists (
            select from meta_insights_daily d
            where d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
              and d.date between @since and @until and d.row_key = s.row_key)
        """;

    private const string Raw = """
        insert into meta_insights_raw (row_key, tenant_id, run_id, fetched_at, date, ad_account_id, report, payload)
        select s.row_key, @tenant, @run, @now, s.date, @account, @report, s.raw
        from insights_staging s
        join meta_insights_daily d on d.row_key = s.row_key
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice
          and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
          and d.date between @since and @until and d.run_id = @run
        on conflict (row_key, date) do update set
          run_id = excluded.run_id, fetched_at = excluded.fetched_at, payload = excluded.payload
        """;

    // A day is rebuilt from its ads whenever a row of its ads or of the account's own answer (reach) was touched.
    private const string Touched = """
        with touched as (
          select date from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = @report
            and date between @since and @until and run_id = @run
          union
          select date from meta_insights_tombstones
          where tenant_id = @tenant and ad_account_id = @account and report = @report
            and date between @since and @until and vanished_run_id = @run
        )
        """;

    private const string AggregateGone = Touched + """
        delete from daily_meta_metrics m
        where m.tenant_id = @tenant and m.ad_account_id = @account and m.date in (select date from touched)
          and m.date not in (
            select date from meta_insights_daily
            where tenant_id = @tenant and ad_account_id = @account and report = 'ad_daily' and date between @since and @until)
        """;

    private const string Aggregate = Touched + """
        , ads as (
          select date, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
                 count(*) as ads, count(distinct campaign_id) as campaigns, min(currency) as currency,
                 sum(spend) as spend, sum(conversions) as conversions, sum(purchases) as purchases,
                 sum(purchase_value) as purchase_value, sum(leads) as leads, sum(revenue) as revenue
          from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = 'ad_daily'
            and date between @since and @until and date in (select date from touched)
          group by date
        ), account as (
          select date, reach from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = 'account_daily'
            and date between @since and @until
        )
        insert into daily_meta_metrics as m (
          tenant_id, ad_account_id, date, impressions, clicks, reach, ads, campaigns, run_id, updated_at, currency,
          spend, conversions, purchases, purchase_value, leads, revenue)
        select @tenant, @account, ads.date, impressions, clicks, reach, ads, campaigns, @run, @now, currency,
               spend, conversions, purchases, purchase_value, leads, revenue
        from ads left join account using (date)
        where not exists (
          select from daily_meta_metrics o
          where o.tenant_id = @tenant and o.ad_account_id = @account and o.date = ads.date
            and (o.impressions, o.clicks, o.ads, o.campaigns, o.currency, o.spend, o.conversions, o.purchases, o.purchase_value, o.leads, o.revenue)
              = (ads.impressions, ads.clicks, ads.ads, ads.campaigns, ads.currency, ads.spend, ads.conversions, ads.purchases, ads.purchase_value, ads.leads, ads.revenue)
            and o.reach is not distinct from account.reach)
        on conflict (tenant_id, ad_account_id, date) do update set
          impressions = excluded.impressions, clicks = excluded.clicks, reach = excluded.reach, ads = excluded.ads,
          campaigns = excluded.campaigns, run_id = excluded.run_id, updated_at = excluded.updated_at,
          currency = excluded.currency, spend = excluded.spend, conversions = excluded.conversions,
          purchases = excluded.purchases, purchase_value = excluded.purchase_value, leads = excluded.leads,
          revenue = excluded.revenue
        """;

    // Written by every publish, also of a slice in which nothing changed: it says when we looked.
    private const string Freshness = """
        insert into data_freshness_marks as m (tenant_id, ad_account_id, stream, latest_data_date, last_synced_at)
        select @tenant, @account, @report, (
          select max(date) from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until), @now
        on conflict (tenant_id, ad_account_id, stream) do update set
          latest_data_date = greatest(m.latest_data_date, excluded.latest_data_date), last_synced_at = greatest(m.last_synced_at, excluded.last_synced_at)
        """;

    private const string Cursor = """
        update sync_cursors set meta_last_window_end = greatest(meta_last_window_end, @cursor), updated_at = @now
        where tenant_id = @tenant and ad_account_id = @account and job = @job
        """;

    private const string Unstage = "delete from insights_staging where run_id = @run and run_epoch = @epoch and slice = @slice";

    /// <summary>The statements whose plan depends on data, by name: tests forbid a nested loop in each.</summary>
    internal static IReadOnlyList<(string Name, string Sql)> PlannedStatements { get; } =
    [
        (nameof(Check), Check),
        (nameof(Tombstone), Tombstone),
        (nameof(Update), Update),
        (nameof(Insert), Insert),
        (nameof(Raw), Raw),
        (nameof(AggregateGone), AggregateGone),
        (nameof(Aggregate), Aggregate),
        (nameof(Freshness), Freshness),
        (nameof(Unstage), Unstage),
    ];
}
