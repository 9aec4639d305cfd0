using MetaGrains.Core.Sync;

namespace MetaGrains.Warehouse.Insights;

/// <content>The statements of a publish, in the order in which they run.</content>
public sealed partial class SlicePublisher
{
    // Staging was filled a moment ago and has no statistics: the planner would take it for one row and loop. The
    // joins here are of a slice with itself, for which a hash is always right. Compiling them would cost more than it saves.
    internal const string Plan = "set local enable_nestloop = off; set local jit = off; " + WriteTransactions.Limits;

    // Holds the pen until commit: a run that starts now waits, and a run that started before has raised the epoch. The
    // second lock keeps two jobs of one account apart, which touch the same rows and days.
    private const string Fence = """
        select run_epoch, pg_advisory_xact_lock(hashtextextended(@tenant::text || @account, 0))
        from sync_cursors
        where tenant_id = @tenant and ad_account_id = @account and job = @job
        for update
        """;

    // Days that a judgement holds back stay as they are: what was read of them is dropped, what is held of them not looked at.
    private const string Keep = """
        delete from insights_staging where run_id = @run and run_epoch = @epoch and slice = @slice and date = any (@kept)
        """;

    private const string CountStaged = "select count(*) from insights_staging where run_id = @run and run_epoch = @epoch and slice = @slice";

    // One look at what is held decides what there is to do: nothing, for a re-read of days that did not change.
    internal const string Held = """
        select row_key, content_hash, date from meta_insights_daily
        where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until and date <> all (@kept)
        """;

    // Rows of other objects are not in question: nobody asked whether Meta still answers them.
    private const string HeldOfEntity = Held + """
         and case @entity_level when 'campaign' then campaign_id when 'adset' then adset_id else ad_id end = @entity_id
        """;

    /// <summary>The look at what is held that a slice calls for.</summary>
    internal static string HeldOf(InsightsSlice slice) => slice.Entity is null ? Held : HeldOfEntity;

    // Days that were published after they were over: what differs from then on is a revision.
    private const string Closed = """
        select count(*) from meta_insights_days
        where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until
        """;

    // What could not be fetched this time stays as it was.
    private const string Complete = """
        update insights_staging s set
          impressions = case when 'impressions' = any (s.incomplete) then d.impressions else s.impressions end,
          clicks = case when 'clicks' = any (s.incomplete) then d.clicks else s.clicks end,
          reach = case when 'reach' = any (s.incomplete) then d.reach else s.reach end,
          spend = case when 'spend' = any (s.incomplete) then d.spend else s.spend end,
          conversions = case when 'actions' = any (s.incomplete) then d.conversions else s.conversions end,
          purchases = case when 'actions' = any (s.incomplete) then d.purchases else s.purchases end,
          leads = case when 'actions' = any (s.incomplete) then d.leads else s.leads end,
          purchase_value = case when 'action_values' = any (s.incomplete) then d.purchase_value else s.purchase_value end,
          revenue = case when 'action_values' = any (s.incomplete) then d.revenue else s.revenue end,
          actions = case
            when s.incomplete && array['actions', 'action_values']
            then nullif(coalesce(s.actions, '{}') || coalesce((select jsonb_object_agg(key, value) from jsonb_each(d.actions) where key = any (s.incomplete)), '{}'), '{}')
            else s.actions end
        from meta_insights_daily d
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice and s.incomplete is not null
          and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report and d.date between @since and @until
          and d.row_key = s.row_key
        """;

    // Old beside new, before the new takes its place; only days that had been published after they were over.
    private const string Revisions = """
        insert into meta_insights_revisions (
          tenant_id, ad_account_id, report, level, seen_at, run_id, date, entity_id, breakdown_key, metric, old_value, new_value, reason)
        select @tenant, @account, @report, @level, @now, @run, r.date, r.entity_id, r.breakdown_key, r.metric, r.old_value, r.new_value,
               case
                 when r.reshaped or case r.metric
                   when 'purchase_value' then 'action_values' when 'revenue' then 'action_values'
                   when 'conversions' then 'actions' when 'purchases' then 'actions' when 'leads' then 'actions'
                   else r.metric end = any (r.lacked) then 'shape_changed'
                 when r.old_value is null then 'backfilled'
                 when r.final_at is not null then 'corrected'
                 else 'restated'
               end
        from (
          select coalesce(d.date, s.date) as date, coalesce(d.entity_id, s.entity_id) as entity_id,
                 coalesce(d.breakdown_key, s.breakdown_key) as breakdown_key, d.incomplete as lacked,
                 c.final_at, c.shape <> @shape or coalesce(d.attribution_window <> s.attribution_window, false) as reshaped,
                 unnest(array['spend', 'impressions', 'clicks', 'reach', 'conversions', 'purchases', 'purchase_value', 'leads', 'revenue']) as metric,
                 unnest(array[d.spend, d.impressions, d.clicks, d.reach, d.conversions, d.purchases, d.purchase_value, d.leads, d.revenue]) as old_value,
                 unnest(array[s.spend, s.impressions, s.clicks, s.reach, s.conversions, s.purchases, s.purchase_value, s.leads, s.revenue]) as new_value
          from (
            select * from insights_staging where run_id = @run and run_epoch = @epoch and slice = @slice
          ) s
          full join (
            select * from meta_insights_daily
            where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until and date <> all (@kept)
              and row_key in (
                select unnest(@gone) union all
                select row_key from insights_staging where run_id = @run and run_epoch = @epoch and slice = @slice)
          ) d on d.row_key = s.row_key
          join meta_insights_days c on c.date = coalesce(d.date, s.date)
          where c.tenant_id = @tenant and c.ad_account_id = @account and c.report = @report and c.date between @since and @until
            and s.content_hash is distinct from d.content_hash
        ) r
        where coalesce(r.old_value, 0) <> coalesce(r.new_value, 0)
        """;

    private const string Tombstone = """
        with gone as (
          delete from meta_insights_daily d
          where d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
            and d.date between @since and @until and d.row_key in (select unnest(@gone))
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
          leads = s.leads, revenue = s.revenue, breakdowns = s.breakdowns, actions = s.actions, incomplete = s.incomplete
        from insights_staging s
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice
          and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
          and d.date between @since and @until
          and d.row_key = s.row_key and d.content_hash <> s.content_hash
        """;

    private const string New = """
        insert into meta_insights_daily (
          row_key, tenant_id, content_hash, impressions, clicks, reach, run_id, first_seen, updated_at, date,
          ad_account_id, report, level, entity_id, campaign_id, adset_id, ad_id, breakdown_key,
          attribution_window, action_report_time, currency, spend, conversions, purchases, purchase_value, leads, revenue,
          breakdowns, actions, incomplete)
        select
          s.row_key, @tenant, s.content_hash, s.impressions, s.clicks, s.reach, @run, @now, @now, s.date,
          @account, @report, @level, s.entity_id, s.campaign_id, s.adset_id, s.ad_id, s.breakdown_key,
          s.attribution_window, 'mixed', s.currency, s.spend, s.conversions, s.purchases, s.purchase_value, s.leads, s.revenue,
          s.breakdowns, s.actions, s.incomplete
        from insights_staging s
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice

        """;

    // Days of which nothing is held need no second look.
    private const string InsertAll = New;

    private const string Insert = New + """
          and not exists (
            select from meta_insights_daily d
            where d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
              and d.date between @since and @until and d.row_key = s.row_key)
        """;

    private const string RawOf = """
        insert into meta_insights_raw (row_key, tenant_id, run_id, fetched_at, date, ad_account_id, report, payload)
        select s.row_key, @tenant, @run, @now, s.date, @account, @report, s.raw
        from insights_staging s

        """;

    private const string RawReplaced = """

        on conflict (row_key, date) do update set
          run_id = excluded.run_id, fetched_at = excluded.fetched_at, payload = excluded.payload
        """;

    private const string RawAll = RawNew + RawReplaced;

    // Where no fact is held no raw row is in the way, but for rows that vanished and came back: ON CONFLICT would look for
    // each row twice and log it twice.
    private const string RawNew = RawOf + "where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice";

    private const string Raw = RawOf + """
        join meta_insights_daily d on d.row_key = s.row_key
        where s.run_id = @run and s.run_epoch = @epoch and s.slice = @slice
          and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = @report
          and d.date between @since and @until and d.run_id = @run
        """ + RawReplaced;

    // A day is rebuilt from its ads whenever a row of its ads or of the account's own answer (reach) was touched.
    private const string TouchedDays = """
          select date from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = @report
            and date between @since and @until and run_id = @run
          union
          select date from meta_insights_tombstones
          where tenant_id = @tenant and ad_account_id = @account and report = @report
            and date between @since and @until and vanished_run_id = @run
        """;

    private const string Touched = "with touched as (\n" + TouchedDays + "\n  union\n  select unnest(@unsummed)\n)";

    // Days of which no run has read all objects yet have no sum, and rows of one object are none; the run that reads all
    // makes it.
    private const string TouchedWhole = "with touched as (\n  select date from (\n" + TouchedDays + "\n  ) t\n" + """
          where date in (
              select date from daily_meta_metrics
              where tenant_id = @tenant and ad_account_id = @account and date between @since and @until)
            or date in (
              select date from meta_insights_days
              where tenant_id = @tenant and ad_account_id = @account and report = 'ad_daily' and date between @since and @until)
        )
        """;

    // Which days have a sum; those that have rows alone are rows of single objects.
    private const string Summed = """
        select date from daily_meta_metrics
        where tenant_id = @tenant and ad_account_id = @account and date between @since and @until
        """;

    private const string AggregateGone = Touched + """
        delete from daily_meta_metrics m
        where m.tenant_id = @tenant and m.ad_account_id = @account and m.date in (select date from touched)
          and m.date not in (
            select date from meta_insights_daily
            where tenant_id = @tenant and ad_account_id = @account and report = 'ad_daily' and date between @since and @until)
        """;

    // Days of a first load: each is new, so that none need be looked for.
    private const string AggregateAll = "with " + Ads + "group by date\n" + Rebuild;

    private const string Aggregate = Touched + TouchedSums;

    private const string AggregateWhole = TouchedWhole + TouchedSums;

    private const string TouchedSums = ", " + Ads + "  and date in (select date from touched)\n  group by date\n" + Rebuild;

    private const string Ads = """
        ads as (
          select date, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
                 count(*) as ads, count(distinct campaign_id) as campaigns, min(currency) as currency,
                 sum(spend) as spend, sum(conversions) as conversions, sum(purchases) as purchases,
                 sum(purchase_value) as purchase_value, sum(leads) as leads, sum(revenue) as revenue,
                 string_agg(distinct array_to_string(array_remove(incomplete, 'reach'), ','), ',') filter (where incomplete is not null) as lacking
          from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = 'ad_daily'
            and date between @since and @until

        """;

    // A day that lacks something says so; its reach is the account's own, and so is what that lacks.
    private const string Rebuild = """
        ), account as (
          select date, reach, case when 'reach' = any (incomplete) then 'reach' end as lacking from meta_insights_daily
          where tenant_id = @tenant and ad_account_id = @account and report = 'account_daily'
            and date between @since and @until
        ), days as (
          select ads.date, impressions, clicks, reach, ads, campaigns, currency, spend, conversions, purchases, purchase_value, leads, revenue,
                 fields_of(concat_ws(',', ads.lacking, account.lacking)) as incomplete
          from ads left join account using (date)
        )
        insert into daily_meta_metrics as m (
          tenant_id, ad_account_id, date, impressions, clicks, reach, ads, campaigns, run_id, updated_at, currency,
          spend, conversions, purchases, purchase_value, leads, revenue, incomplete)
        select @tenant, @account, d.date, impressions, clicks, reach, ads, campaigns, @run, @now, currency,
               spend, conversions, purchases, purchase_value, leads, revenue, incomplete
        from days d
        where not exists (
          select from daily_meta_metrics o
          where o.tenant_id = @tenant and o.ad_account_id = @account and o.date = d.date
            and (o.impressions, o.clicks, o.ads, o.campaigns, o.currency, o.spend, o.conversions, o.purchases, o.purchase_value, o.leads, o.revenue)
              = (d.impressions, d.clicks, d.ads, d.campaigns, d.currency, d.spend, d.conversions, d.purchases, d.purchase_value, d.leads, d.revenue)
            and o.reach is not distinct from d.reach and o.incomplete is not distinct from d.incomplete)
        on conflict (tenant_id, ad_account_id, date) do update set
          impressions = excluded.impressions, clicks = excluded.clicks, reach = excluded.reach, ads = excluded.ads,
          campaigns = excluded.campaigns, run_id = excluded.run_id, updated_at = excluded.updated_at,
          currency = excluded.currency, spend = excluded.spend, conversions = excluded.conversions,
          purchases = excluded.purchases, purchase_value = excluded.purchase_value, leads = excluded.leads,
          revenue = excluded.revenue, incomplete = excluded.incomplete
        """;

    // Days that are over, once each: from now on what is changed in them is a revision.
    private const string Days = """
        insert into meta_insights_days as m (tenant_id, ad_account_id, report, date, closed_at, final_at, shape)
        select @tenant, @account, @report, d.date, @now, case when d.date + @settling < d.today then @now end, @shape
        from (
          select day::date as date, (select account_time(@now, timezone_name)::date from ad_accounts where tenant_id = @tenant and ad_account_id = @account) as today
          from generate_series(@since::timestamp, @until::timestamp, interval '1 day') day
        ) d
        where d.date < d.today and d.date <> all (@kept)
          and not exists (
            select from meta_insights_days o
            where o.tenant_id = @tenant and o.ad_account_id = @account and o.report = @report and o.date = d.date
              and o.date between @since and @until and o.shape = @shape and (o.final_at is not null or o.date + @settling >= d.today))
        on conflict (tenant_id, ad_account_id, report, date) do update set
          shape = excluded.shape, final_at = coalesce(m.final_at, excluded.final_at)
        """;

    // Only what is news: a check that finds what was found before writes nothing.
    private const string Reconcile = """
        with released as (
          delete from meta_reconciliation
          where tenant_id = @tenant and ad_account_id = @account and report = @report and verdict = 'held' and date = any (@released)
        )
        insert into meta_reconciliation as r (
          tenant_id, ad_account_id, date, report, level, metric, account_total, rows_total, verdict, held_keys, checked_at, run_id)
        select @tenant, @account, f.date, @report, @level, f.metric, f.total, f.sum, f.verdict, f.keys, @now, @run
        from unnest(@found_dates, @found_metrics, @found_totals, @found_sums, @found_verdicts, @found_keys)
          as f (date, metric, total, sum, verdict, keys)
        where not exists (
          select from meta_reconciliation o
          where o.tenant_id = @tenant and o.ad_account_id = @account and o.report = @report and o.date between @since and @until
            and o.date = f.date and o.metric = f.metric and o.account_total = f.total and o.rows_total = f.sum and o.verdict = f.verdict
            and o.held_keys is not distinct from f.keys)
        on conflict (tenant_id, ad_account_id, date, report, metric) do update set
          account_total = excluded.account_total, rows_total = excluded.rows_total, verdict = excluded.verdict,
          held_keys = excluded.held_keys, checked_at = excluded.checked_at, run_id = excluded.run_id
        """;

    private const string Hint = """
        insert into meta_report_hints as h (tenant_id, ad_account_id, report, archived_until, updated_at)
        values (@tenant, @account, @report, @archived, @now)
        on conflict (tenant_id, ad_account_id, report) do update set
          archived_until = excluded.archived_until, updated_at = excluded.updated_at
          where h.archived_until < excluded.archived_until
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
        (nameof(SliceExaminer.Evidence), SliceExaminer.Evidence),
        (nameof(CountStaged), CountStaged),
        (nameof(Held), Held),
        (nameof(HeldOfEntity), HeldOfEntity),
        (nameof(Keep), Keep),
        (nameof(Complete), Complete),
        (nameof(Revisions), Revisions),
        (nameof(Tombstone), Tombstone),
        (nameof(Update), Update),
        (nameof(Insert), Insert),
        (nameof(InsertAll), InsertAll),
        (nameof(Raw), Raw),
        (nameof(RawAll), RawAll),
        (nameof(RawNew), RawNew),
        (nameof(AggregateGone), AggregateGone),
        (nameof(Aggregate), Aggregate),
        (nameof(AggregateAll), AggregateAll),
        (nameof(AggregateWhole), AggregateWhole),
        (nameof(Summed), Summed),
        (nameof(Days), Days),
        (nameof(Reconcile), Reconcile),
        (nameof(Freshness), Freshness),
        (nameof(Unstage), Unstage),
    ];
}
