-- The names people know. Every view fixes report (and so level and breakdown), so that its sums are right.

create view meta_insights_levels as
select tenant_id, ad_account_id, level, entity_id, campaign_id, adset_id, ad_id, date,
       attribution_window, action_report_time, breakdowns, currency,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue,
       actions, incomplete, run_id, first_seen, updated_at
from meta_insights_daily
where report in ('account_daily', 'campaign_daily', 'adset_daily', 'ad_daily') and breakdown_key = '';
comment on view meta_insights_levels is 'The default daily reports at all four levels. The levels repeat each other: filter by level before you sum.';

create view meta_insights_account_daily as
select tenant_id, ad_account_id, date, attribution_window, currency,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, actions, incomplete, updated_at
from meta_insights_daily where report = 'account_daily' and breakdown_key = '';

create view meta_insights_campaign_daily as
select tenant_id, ad_account_id, campaign_id, date, attribution_window, currency,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, actions, incomplete, updated_at
from meta_insights_daily where report = 'campaign_daily' and breakdown_key = '';

create view meta_insights_adset_daily as
select tenant_id, ad_account_id, campaign_id, adset_id, date, attribution_window, currency,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, actions, incomplete, updated_at
from meta_insights_daily where report = 'adset_daily' and breakdown_key = '';

create view meta_insights_ad_daily as
select tenant_id, ad_account_id, campaign_id, adset_id, ad_id, date, attribution_window, currency,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, actions, incomplete, updated_at
from meta_insights_daily where report = 'ad_daily' and breakdown_key = '';

create view fact_meta_daily as
select tenant_id, ad_account_id, date, campaign_id, adset_id, ad_id, currency, attribution_window,
       impressions, clicks, reach, spend, conversions, purchases, purchase_value, leads, revenue, updated_at
from meta_insights_daily where report = 'ad_daily' and breakdown_key = '';
comment on view fact_meta_daily is 'The fact at its finest grain: one row per ad and day.';

create view daily_summary as
select tenant_id, ad_account_id, date, currency, spend, revenue, impressions, clicks, reach,
       conversions, purchases, purchase_value, leads,
       revenue / nullif(spend, 0) as roas,
       spend / nullif(conversions, 0) as cost_per_conversion,
       updated_at
from daily_meta_metrics;
comment on view daily_summary is 'One row per account and day with the figures people quote.';

create view daily_summary_tenant as
select tenant_id, date, currency, count(*) as accounts,
       sum(spend) as spend, sum(revenue) as revenue, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
       sum(conversions) as conversions, sum(purchases) as purchases, sum(purchase_value) as purchase_value, sum(leads) as leads,
       sum(revenue) / nullif(sum(spend), 0) as roas,
       max(updated_at) as updated_at
from daily_meta_metrics
group by tenant_id, date, currency;
comment on view daily_summary_tenant is 'One row per tenant, day and currency: money of different currencies is never added.';

create view meta_kpi_daily as
select tenant_id, ad_account_id, date, currency, spend, impressions, clicks, conversions, revenue,
       clicks::numeric / nullif(impressions, 0) as ctr,
       spend / nullif(clicks, 0) as cpc,
       spend * 1000 / nullif(impressions, 0) as cpm,
       spend / nullif(conversions, 0) as cpa,
       conversions / nullif(clicks, 0) as conversion_rate,
       revenue / nullif(spend, 0) as roas,
       updated_at
from daily_meta_metrics;
comment on view meta_kpi_daily is 'Ratios per account and day; null where the divisor is zero. ctr and conversion_rate are fractions, not percent.';

-- The reader's rights count, not the owner's. PostgreSQL 14 lacks the option; there, grant the tables with care.
do $$
declare
  name text;
begin
  if current_setting('server_version_num')::int >= 150000 then
    foreach name in array array[
      'meta_insights_levels', 'meta_insights_account_daily', 'meta_insights_campaign_daily', 'meta_insights_adset_daily',
      'meta_insights_ad_daily', 'fact_meta_daily', 'daily_summary', 'daily_summary_tenant', 'meta_kpi_daily'] loop
      execute format('alter view public.%I set (security_invoker = true)', name);
    end loop;
  end if;
end $$;
