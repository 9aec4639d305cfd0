-- What the jobs of an account need: how far its objects were read, which jobs read a report, and settings that are
-- understood before they are stored.

create table meta_entity_reads (
  tenant_id uuid not null,
  ad_account_id text not null,
  kind text not null check (kind in ('campaign', 'adset', 'ad', 'creative')),
  changes_until timestamptz not null,
  listed_at timestamptz,
  primary key (tenant_id, ad_account_id, kind),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on table meta_entity_reads is 'How far each kind of an account''s objects was read by the job entities. DELETE a row to have the kind read as a whole again.';
comment on column meta_entity_reads.kind is 'campaign, adset, ad or creative.';
comment on column meta_entity_reads.changes_until is 'Changes that Meta dates before this moment are stored.';
comment on column meta_entity_reads.listed_at is 'When all objects of the kind were last listed, which shows what was deleted; null before the first time.';

comment on column sync_runs.entities is 'Objects that the job entities read, by kind: {"campaigns": n, "adsets": n, "ads": n, "creatives": n}.';
comment on column sync_runs.window_since is 'First day read, in the account''s zone; null for the job entities, which reads objects as they are now.';
comment on column sync_runs.window_until is 'Last day read, in the account''s zone; null for the job entities.';

-- Which jobs read a report.
alter table report_definitions add column jobs text[] not null default '{tier,fresh,incremental,deep,backfill}'
  constraint report_definitions_jobs check (jobs <@ array['tier', 'fresh', 'initial', 'incremental', 'deep', 'backfill']::text[]);
comment on column report_definitions.jobs is
  'The jobs that read it. {fresh} is once a day over the attribution window, {deep} once a day over 28 days, {} never. reconcile reads account_daily whatever stands here.';

-- A definition that Meta would refuse is refused when it is written, with the reason: later it could only fail.
create function check_report_definition() returns trigger language plpgsql as $$
declare
  known text[] := array[
    'age,gender', 'platform_position,publisher_platform', 'impression_device,publisher_platform', 'impression_device,platform_position,publisher_platform',
    'action_device,publisher_platform', 'action_device,platform_position,publisher_platform', 'action_device,impression_device,publisher_platform',
    'action_device,impression_device,platform_position,publisher_platform', 'app_id,skan_conversion_id'];
  combination text := (select string_agg(b, ',' order by b collate "C") from unnest(new.breakdowns) b);
  word text;
  filter jsonb;
begin
  if cardinality(new.fields) = 0 then
    raise exception 'report %: it asks for no field', new.report using errcode = 'check_violation', hint = 'fields = ''{impressions,clicks,spend}'', for example';
  end if;
  foreach word in array new.fields || new.breakdowns || new.attribution_windows loop
    if word is null or word !~ '^[a-z0-9][a-z0-9_]*$' then
      raise exception 'report %: % is no name of Meta''s', new.report, coalesce(quote_literal(word), 'null') using errcode = 'check_violation';
    end if;
  end loop;
  foreach word in array new.breakdowns loop
    if word = any (new.fields) then
      raise exception 'report %: the breakdown % may not be a field, too', new.report, word
        using errcode = 'check_violation', hint = 'Meta answers breakdowns beside the fields without being asked';
    end if;
  end loop;
  if cardinality(new.breakdowns) > 1 and combination <> all (known) or new.breakdowns = '{impression_device}' then
    raise exception 'report %: Meta does not combine the breakdowns %', new.report, combination
      using errcode = 'check_violation', hint = 'one breakdown alone, or: ' || array_to_string(known, ' | ');
  end if;
  foreach word in array new.fields loop
    if (combination like 'hourly\_stats%' and word ~ '^(reach$|frequency$|unique_|video_)')
      or (combination = 'region' and word ~ '^video_(avg_time_watched|p[0-9]+_watched)_actions$') then
      raise exception 'report %: Meta has no % by %', new.report, word, combination using errcode = 'check_violation', hint = 'leave the field out';
    end if;
  end loop;
  if new.attribution_windows && '{7d_view,28d_view}' then
    raise exception 'report %: Meta answers nothing for 7d_view and 28d_view since 2026-01-12', new.report using errcode = 'check_violation', hint = 'leave them out';
  end if;
  if jsonb_typeof(new.filtering) <> 'array' then
    raise exception 'report %: filtering is no list', new.report using errcode = 'check_violation', hint = '[{"field": "campaign.id", "operator": "IN", "value": ["1"]}]';
  end if;
  for filter in select jsonb_array_elements(new.filtering) loop
    if coalesce(jsonb_typeof(filter -> 'field'), '') <> 'string' or coalesce(jsonb_typeof(filter -> 'operator'), '') <> 'string'
      or coalesce(jsonb_typeof(filter -> 'value'), '') <> 'array' or filter -> 'value' = '[]' or filter ->> 'field' = '' or filter ->> 'operator' = '' then
      raise exception 'report %: % is no filter', new.report, filter
        using errcode = 'check_violation', hint = '{"field": "campaign.id", "operator": "IN", "value": ["1"]}';
    end if;
  end loop;
  return new;
end $$;
create trigger report_definitions_check before insert or update on report_definitions for each row execute function check_report_definition();

-- Breakdowns are read once a day. At account level one costs about a call, whatever the account's size: those are on. At
-- campaign level, by region, device or hour it costs rows, or loses actions: those wait to be switched on (enabled = true).
insert into report_definitions (report, level, fields, breakdowns, attribution_windows, position, jobs, enabled)
select report, level, fields::text[], breakdowns::text[], '{1d_click,7d_click,28d_click,1d_view}', position, '{fresh}', enabled
from (values
  ('account_age_gender_daily', 'account', '{impressions,clicks,reach,spend,actions,action_values}', '{age,gender}', 110, true),
  ('account_country_daily', 'account', '{impressions,clicks,reach,spend,actions,action_values}', '{country}', 120, true),
  ('account_placement_daily', 'account', '{impressions,clicks,reach,spend,actions,action_values}', '{publisher_platform,platform_position}', 130, true),
  ('campaign_age_gender_daily', 'campaign', '{impressions,clicks,reach,spend,actions,action_values}', '{age,gender}', 210, false),
  ('campaign_country_daily', 'campaign', '{impressions,clicks,reach,spend,actions,action_values}', '{country}', 220, false),
  ('campaign_placement_daily', 'campaign', '{impressions,clicks,reach,spend,actions,action_values}', '{publisher_platform,platform_position}', 230, false),
  ('campaign_region_daily', 'campaign', '{impressions,clicks,reach,spend,actions,action_values}', '{region}', 240, false),
  ('campaign_device_daily', 'campaign', '{impressions,clicks,reach,spend,actions,action_values}', '{publisher_platform,platform_position,impression_device}', 250, false),
  ('account_hourly', 'account', '{impressions,clicks,spend,actions,action_values}', '{hourly_stats_aggregated_by_advertiser_time_zone}', 260, false)
) as reports (report, level, fields, breakdowns, position, enabled);

-- Five fields; what they mean is checked by the program, which leaves the interval in force where it understands nothing.
alter table meta_sync_config add constraint meta_sync_config_cron check (cron ~ '^\s*[0-9A-Za-z*,/-]+(\s+[0-9A-Za-z*,/-]+){4}\s*$');
comment on column meta_sync_config.cron is
  'A cron expression in place of the interval: minute, hour, day of month, month, day of week, in UTC; each account comes up to ten minutes later. Null for the interval.';

-- A zone that changed is felt as soon as any other setting.
drop trigger ad_accounts_notify on ad_accounts;
create trigger ad_accounts_notify after update of enabled, tier, attribution_window_days, settings, integration_id, currency, timezone_name on ad_accounts
  for each statement execute function notify_settings();

do $$ begin
  perform describe_columns('{}');
  perform ensure_analyst_access();
end $$;
