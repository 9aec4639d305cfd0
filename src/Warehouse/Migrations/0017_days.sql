-- Days say what they lack, and the raw rows of one tenant are found without looking through those of all.

-- By the tenant alone: one key, whose entries lie side by side, costs a row next to nothing. The key of the fact's slices
-- would cost 4 µs a row, and nobody asks for raw rows by slice.
create index meta_insights_raw_tenant on meta_insights_raw (tenant_id);

create function fields_of(p_lists text) returns text[] language sql immutable parallel safe as $$
  select array_agg(distinct field order by field) from unnest(string_to_array(p_lists, ',')) field where field <> ''
$$;
comment on function fields_of(text) is 'Names between commas as an array, each once and in order; null for null.';

alter table daily_meta_metrics add column incomplete text[];
comment on column daily_meta_metrics.incomplete is
  'Fields that could not be fetched for at least one row that the day is made of, so that its figures may be too low; null when all were.';

-- Reach is the account's own: that of the ads is not part of the day.
update daily_meta_metrics m set incomplete = lacking.fields
from (
  select tenant_id, ad_account_id, date, array_agg(distinct field order by field) as fields
  from meta_insights_daily cross join lateral unnest(incomplete) field
  where report = 'ad_daily' and field <> 'reach' or report = 'account_daily' and field = 'reach'
  group by tenant_id, ad_account_id, date
) lacking
where m.tenant_id = lacking.tenant_id and m.ad_account_id = lacking.ad_account_id and m.date = lacking.date;

create or replace view daily_summary as
select tenant_id, ad_account_id, date, currency, spend, revenue, impressions, clicks, reach,
       conversions, purchases, purchase_value, leads,
       revenue / nullif(spend, 0) as roas,
       spend / nullif(conversions, 0) as cost_per_conversion,
       updated_at, incomplete
from daily_meta_metrics;

create or replace view daily_summary_tenant as
select tenant_id, date, currency, count(*) as accounts,
       sum(spend) as spend, sum(revenue) as revenue, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
       sum(conversions) as conversions, sum(purchases) as purchases, sum(purchase_value) as purchase_value, sum(leads) as leads,
       sum(revenue) / nullif(sum(spend), 0) as roas,
       max(updated_at) as updated_at,
       fields_of(string_agg(array_to_string(incomplete, ','), ',')) as incomplete
from daily_meta_metrics
group by tenant_id, date, currency;

create or replace view meta_kpi_daily as
select tenant_id, ad_account_id, date, currency, spend, impressions, clicks, conversions, revenue,
       clicks::numeric / nullif(impressions, 0) as ctr,
       spend / nullif(clicks, 0) as cpc,
       spend * 1000 / nullif(impressions, 0) as cpm,
       spend / nullif(conversions, 0) as cpa,
       conversions / nullif(clicks, 0) as conversion_rate,
       revenue / nullif(spend, 0) as roas,
       updated_at, incomplete
from daily_meta_metrics;

create or replace view meta_kpi_daily_tenant as
select tenant_id, date, currency, count(*) as accounts, sum(spend) as spend, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
       sum(conversions) as conversions, sum(revenue) as revenue,
       sum(clicks)::numeric / nullif(sum(impressions), 0) as ctr,
       sum(spend) / nullif(sum(clicks), 0) as cpc,
       sum(spend) * 1000 / nullif(sum(impressions), 0) as cpm,
       sum(spend) / nullif(sum(conversions), 0) as cpa,
       sum(conversions) / nullif(sum(clicks), 0) as conversion_rate,
       sum(revenue) / nullif(sum(spend), 0) as roas,
       max(updated_at) as updated_at,
       fields_of(string_agg(array_to_string(incomplete, ','), ',')) as incomplete
from daily_meta_metrics
group by tenant_id, date, currency;

create or replace view fact_meta_daily as
select tenant_id, ad_account_id, date, campaign_id, adset_id, ad_id, currency, attribution_window,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, updated_at, incomplete
from meta_insights_daily where report = 'ad_daily' and breakdown_key = '';

do $$
declare
  view text;
begin
  perform describe_columns('{
    "daily_summary_tenant.incomplete": "Fields that could not be fetched for at least one row of the tenant''s accounts of this currency; null when all were.",
    "meta_kpi_daily_tenant.incomplete": "Fields that could not be fetched for at least one row of the tenant''s accounts of this currency; null when all were.",
    "daily_summary.incomplete": "Fields that could not be fetched for at least one row that the day is made of, so that its figures may be too low; null when all were.",
    "meta_kpi_daily.incomplete": "Fields that could not be fetched for at least one row that the day is made of, so that its figures may be too low; null when all were."}');
  -- A view that is replaced loses its options.
  if current_setting('server_version_num')::int >= 150000 then
    foreach view in array array['daily_summary', 'daily_summary_tenant', 'meta_kpi_daily', 'meta_kpi_daily_tenant', 'fact_meta_daily'] loop
      execute format('alter view public.%I set (security_invoker = true)', view);
    end loop;
  end if;
end $$;
