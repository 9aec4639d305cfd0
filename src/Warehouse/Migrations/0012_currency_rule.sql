-- A tenant reports in one currency, or says that it has several; accounts of another one are not synced until then.

alter table tenants add column several_currencies boolean not null default false;
comment on column tenants.several_currencies is 'False: accounts that bill in another currency are not synced (health currency_mismatch). True: figures are kept per currency.';
comment on column account_schedule.health is
  'active, throttled, failing, token_dead, checkpointed, permission_lost, account_disabled, not_connected, paused or currency_mismatch.';

drop trigger ad_accounts_version on ad_accounts;
create trigger ad_accounts_version before update on ad_accounts for each row
  when ((old.enabled, old.tier, old.attribution_window_days, old.settings, old.integration_id, old.timezone_name, old.currency)
    is distinct from (new.enabled, new.tier, new.attribution_window_days, new.settings, new.integration_id, new.timezone_name, new.currency))
  execute function bump_settings_version();

drop trigger tenants_version on tenants;
create trigger tenants_version before update on tenants for each row
  when ((old.sync_enabled, old.budget_mode, old.budget_calls_per_hour, old.deleted_at, old.currency, old.several_currencies)
    is distinct from (new.sync_enabled, new.budget_mode, new.budget_calls_per_hour, new.deleted_at, new.currency, new.several_currencies))
  execute function bump_settings_version();

drop trigger ad_accounts_notify on ad_accounts;
create trigger ad_accounts_notify after update of enabled, tier, attribution_window_days, settings, integration_id, currency on ad_accounts
  for each statement execute function notify_settings();
drop trigger tenants_notify on tenants;
create trigger tenants_notify after update of sync_enabled, budget_mode, budget_calls_per_hour, deleted_at, currency, several_currencies on tenants
  for each statement execute function notify_settings();

create view meta_kpi_daily_tenant as
select tenant_id, date, currency, count(*) as accounts, sum(spend) as spend, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
       sum(conversions) as conversions, sum(revenue) as revenue,
       sum(clicks)::numeric / nullif(sum(impressions), 0) as ctr,
       sum(spend) / nullif(sum(clicks), 0) as cpc,
       sum(spend) * 1000 / nullif(sum(impressions), 0) as cpm,
       sum(spend) / nullif(sum(conversions), 0) as cpa,
       sum(conversions) / nullif(sum(clicks), 0) as conversion_rate,
       sum(revenue) / nullif(sum(spend), 0) as roas,
       max(updated_at) as updated_at
from daily_meta_metrics
group by tenant_id, date, currency;
comment on view meta_kpi_daily_tenant is 'Ratios per tenant, day and currency: one row per currency, since money of different ones is never added.';

do $$
begin
  perform describe_columns('{
    "accounts": "Ad accounts that delivered on the day.",
    "ctr": "Clicks per impression, a fraction; null without impressions.",
    "cpc": "Spend per click, in currency; null without clicks.",
    "cpm": "Spend per 1,000 impressions, in currency; null without impressions.",
    "cpa": "Spend per conversion, in currency; null without conversions.",
    "conversion_rate": "Conversions per click, a fraction; null without clicks.",
    "roas": "Revenue per unit spent; null when nothing was spent."}');
  if current_setting('server_version_num')::int >= 150000 then
    alter view meta_kpi_daily_tenant set (security_invoker = true);
  end if;
end $$;
