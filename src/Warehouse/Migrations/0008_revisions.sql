-- What was said of a day after it was over, and what was said before: nobody's report changes without a trace.

-- A zone that this server's tables lack counts as the last one on earth: a day is over only when it is over everywhere.
create function account_time(p_at timestamptz, p_zone text) returns timestamp language plpgsql immutable as $$
begin
  return p_at at time zone p_zone;
exception when invalid_parameter_value then
  return p_at at time zone 'UTC' - interval '12 hours';
end $$;
comment on function account_time(timestamptz, text) is 'The clock on the wall of an account: a moment in its time zone.';

create function account_day_end(p_date date, p_zone text) returns timestamptz language plpgsql immutable as $$
begin
  return (p_date + 1)::timestamp at time zone p_zone;
exception when invalid_parameter_value then
  return (p_date + 1)::timestamp at time zone 'UTC' + interval '12 hours';
end $$;
comment on function account_day_end(date, text) is 'The moment at which a day of an account is over.';

create table meta_insights_days (
  tenant_id uuid not null,
  closed_at timestamptz not null,
  final_at timestamptz,
  shape bigint not null,
  date date not null,
  ad_account_id text not null,
  report text not null,
  primary key (tenant_id, ad_account_id, report, date),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
comment on table meta_insights_days is 'Days that were published after they were over: one row per account, report and day; also days without any delivery.';
comment on column meta_insights_days.closed_at is 'The first publish after the day was over in the account''s zone. From then on every change is a revision.';
comment on column meta_insights_days.final_at is 'The first publish at least 28 days after the day was over: Meta does not change it any more; null before.';
comment on column meta_insights_days.shape is '64 bits of SHA-256 over the report''s definition at its last publish: when it differs, the question has changed, not the answer.';

create table meta_insights_revisions (
  tenant_id uuid not null,
  seen_at timestamptz not null,
  run_id bigint not null,
  date date not null,
  ad_account_id text not null,
  report text not null,
  level text not null,
  entity_id text not null,
  breakdown_key text not null,
  metric text not null,
  reason text not null check (reason in ('restated', 'corrected', 'backfilled', 'shape_changed')),
  old_value numeric,
  new_value numeric,
  primary key (tenant_id, ad_account_id, date, report, entity_id, breakdown_key, metric, seen_at, run_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create index meta_insights_revisions_seen on meta_insights_revisions (tenant_id, seen_at);
comment on table meta_insights_revisions is 'Every change of a number of a day that had been published after it was over.';
comment on column meta_insights_revisions.metric is 'spend, impressions, clicks, reach, conversions, purchases, purchase_value, leads or revenue.';
comment on column meta_insights_revisions.old_value is 'Before, in the metric''s unit: money in the account''s currency; null when the row was not there.';
comment on column meta_insights_revisions.new_value is 'After, in the metric''s unit: money in the account''s currency; null when Meta stopped answering the row.';
comment on column meta_insights_revisions.reason is
  'restated: Meta changed it within its 28 days. corrected: it was final, and changed even so. backfilled: we had no value before. shape_changed: the report asks otherwise, or the ad set has another attribution setting.';
comment on column meta_insights_revisions.seen_at is 'When the new value was published.';
comment on column meta_insights_revisions.run_id is 'The run that published it.';

create view meta_day_finality as
select tenant_id, ad_account_id, date,
       case when bool_and(final_at is not null) then 'final' else 'provisional' end as finality,
       bool_and(final_at is not null) as is_final, max(closed_at) as closed_at,
       case when bool_and(final_at is not null) then max(final_at) end as final_at
from meta_insights_days
where report in ('account_daily', 'campaign_daily', 'adset_daily', 'ad_daily')
group by tenant_id, ad_account_id, date
union all
select tenant_id, ad_account_id, date, 'open', false, null, null
from daily_meta_metrics m
where not exists (
  select from meta_insights_days d
  where d.tenant_id = m.tenant_id and d.ad_account_id = m.ad_account_id and d.date = m.date
    and d.report in ('account_daily', 'campaign_daily', 'adset_daily', 'ad_daily'));
comment on view meta_day_finality is 'Whether a day of an account can still change, over its default reports. A day that is not listed was never read.';
comment on column meta_day_finality.finality is 'open: it was not over when it was read last. provisional: over, Meta may restate it for 28 days. final: read after those.';
comment on column meta_day_finality.is_final is 'True for final.';
comment on column meta_day_finality.closed_at is 'Since when all its reports were read after it was over; null while open.';
comment on column meta_day_finality.final_at is 'When it became final; null before.';

-- Days that were followed from their first hours to the end; whoever came later cannot say what was known early.
create view meta_settling_curve as
with followed as (
  select d.tenant_id, d.ad_account_id, d.date, account_day_end(d.date, a.timezone_name) as ended_at, m.currency, m.spend
  from meta_insights_days d
  join ad_accounts a on a.tenant_id = d.tenant_id and a.ad_account_id = d.ad_account_id
  join daily_meta_metrics m on m.tenant_id = d.tenant_id and m.ad_account_id = d.ad_account_id and m.date = d.date
  where d.report = 'ad_daily' and d.final_at is not null
    and d.closed_at < account_day_end(d.date, a.timezone_name) + interval '1 day'
)
select f.tenant_id, f.ad_account_id, f.currency, n as days_after, count(*) as days, sum(f.spend) as final_spend,
       sum(f.spend - coalesce(later.change, 0)) as known_spend,
       sum(f.spend - coalesce(later.change, 0)) / nullif(sum(f.spend), 0) as known_share
from followed f
cross join generate_series(1, 28) n
left join lateral (
  select sum(coalesce(r.new_value, 0) - coalesce(r.old_value, 0)) as change
  from meta_insights_revisions r
  where r.tenant_id = f.tenant_id and r.ad_account_id = f.ad_account_id and r.date = f.date
    and r.report = 'ad_daily' and r.metric = 'spend' and r.reason <> 'shape_changed' and r.seen_at > f.ended_at + make_interval(days => n)
) later on true
group by f.tenant_id, f.ad_account_id, f.currency, n;
comment on view meta_settling_curve is 'How much of the final spend was known n days after a day was over, per account, from days that were followed to their end.';
comment on column meta_settling_curve.days_after is 'Days since the end of the day, 1 to 28.';
comment on column meta_settling_curve.days is 'Days that the figures are made of.';
comment on column meta_settling_curve.final_spend is 'What was spent on them by the final figures, in currency.';
comment on column meta_settling_curve.known_spend is 'What was known of it then, in currency.';
comment on column meta_settling_curve.known_share is 'known_spend per final_spend; null when nothing was spent. Above 1 where Meta took spend back.';

create function insights_as_of(p_at timestamptz)
returns table (
  tenant_id uuid, ad_account_id text, report text, level text, entity_id text, campaign_id text, adset_id text, ad_id text,
  date date, breakdown_key text, currency text, impressions bigint, clicks bigint, reach bigint, spend numeric, conversions numeric,
  purchases numeric, purchase_value numeric, leads numeric, revenue numeric, exact boolean)
language sql stable as $$
  with held as (
    select d.tenant_id, d.ad_account_id, d.report, d.level, d.entity_id, d.campaign_id, d.adset_id, d.ad_id, d.date, d.breakdown_key,
           d.currency, d.impressions, d.clicks, d.reach, d.spend, d.conversions, d.purchases, d.purchase_value, d.leads, d.revenue, d.updated_at
    from meta_insights_daily d where d.first_seen <= p_at
    union all
    select t.tenant_id, t.ad_account_id, t.report, t.level, t.entity_id, t.campaign_id, t.adset_id, t.ad_id, t.date, t.breakdown_key,
           t.currency, t.impressions, t.clicks, t.reach, t.spend, t.conversions, t.purchases, t.purchase_value, t.leads, t.revenue, t.updated_at
    from meta_insights_tombstones t where t.first_seen <= p_at and t.vanished_at > p_at
  ), undone as (
    select f.tenant_id, f.ad_account_id, f.report, f.entity_id, f.date, f.breakdown_key, jsonb_object_agg(f.metric, f.old_value) as old
    from (
      select distinct on (r.tenant_id, r.ad_account_id, r.date, r.report, r.entity_id, r.breakdown_key, r.metric) r.*
      from meta_insights_revisions r where r.seen_at > p_at
      order by r.tenant_id, r.ad_account_id, r.date, r.report, r.entity_id, r.breakdown_key, r.metric, r.seen_at, r.run_id
    ) f
    group by f.tenant_id, f.ad_account_id, f.report, f.entity_id, f.date, f.breakdown_key
  )
  select h.tenant_id, h.ad_account_id, h.report, h.level, h.entity_id, h.campaign_id, h.adset_id, h.ad_id, h.date, h.breakdown_key, h.currency,
         case when u.old ? 'impressions' then (u.old ->> 'impressions')::bigint else h.impressions end,
         case when u.old ? 'clicks' then (u.old ->> 'clicks')::bigint else h.clicks end,
         case when u.old ? 'reach' then (u.old ->> 'reach')::bigint else h.reach end,
         case when u.old ? 'spend' then (u.old ->> 'spend')::numeric else h.spend end,
         case when u.old ? 'conversions' then (u.old ->> 'conversions')::numeric else h.conversions end,
         case when u.old ? 'purchases' then (u.old ->> 'purchases')::numeric else h.purchases end,
         case when u.old ? 'purchase_value' then (u.old ->> 'purchase_value')::numeric else h.purchase_value end,
         case when u.old ? 'leads' then (u.old ->> 'leads')::numeric else h.leads end,
         case when u.old ? 'revenue' then (u.old ->> 'revenue')::numeric else h.revenue end,
         h.updated_at <= p_at or coalesce(c.closed_at <= p_at, false)
  from held h
  left join undone u on u.tenant_id = h.tenant_id and u.ad_account_id = h.ad_account_id and u.report = h.report
    and u.entity_id = h.entity_id and u.date = h.date and u.breakdown_key = h.breakdown_key
  left join meta_insights_days c on c.tenant_id = h.tenant_id and c.ad_account_id = h.ad_account_id and c.report = h.report and c.date = h.date
$$;
comment on function insights_as_of(timestamptz) is
  'The fact as it stood at a moment: filter it by tenant, account, report and date as meta_insights_daily. exact is false for rows that changed since then while their day was still open: those changes are not kept.';

do $$
declare
  name text;
begin
  perform describe_columns('{"currency": "ISO 4217 code of every amount in the row."}');
  if current_setting('server_version_num')::int >= 150000 then
    foreach name in array array['meta_day_finality', 'meta_settling_curve'] loop
      execute format('alter view public.%I set (security_invoker = true)', name);
    end loop;
  end if;
end $$;
