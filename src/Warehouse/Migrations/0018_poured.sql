-- Rows of days of which nobody holds any come straight from the client, no longer by way of staging: what staging did for
-- them, their months do now. Values are compressed with the cheap method as soon as a row is worth it, and MAIN keeps
-- every value inside the row.
alter table meta_insights_daily
  alter column actions set storage main, alter column breakdowns set storage main, alter column incomplete set storage main,
  alter column ad_account_id set storage main, alter column report set storage main, alter column level set storage main,
  alter column entity_id set storage main, alter column campaign_id set storage main, alter column adset_id set storage main,
  alter column ad_id set storage main, alter column breakdown_key set storage main, alter column attribution_window set storage main,
  alter column action_report_time set storage main, alter column currency set storage main;
alter table meta_insights_raw
  alter column payload set storage main, alter column ad_account_id set storage main, alter column report set storage main;

do $$
declare
  child regclass;
begin
  for child in
    select inhrelid::regclass from pg_inherits where inhparent in ('meta_insights_daily'::regclass, 'meta_insights_raw'::regclass)
  loop
    execute format('alter table %s set (toast_tuple_target = 128)', child);
  end loop;
end $$;

do $$
declare
  child regclass;
begin
  alter table meta_insights_daily alter column actions set compression lz4;
  for child in select inhrelid::regclass from pg_inherits where inhparent = 'meta_insights_daily'::regclass loop
    execute format('alter table %s alter column actions set compression lz4', child);
  end loop;
exception when feature_not_supported then
  raise notice 'this server has no lz4: rows use its default compression';
end $$;

create or replace function ensure_insight_partitions(p_since date, p_until date) returns integer
language plpgsql as $$
declare
  parent text;
  child text;
  month date := date_trunc('month', p_since)::date;
  made integer := 0;
begin
  while month <= p_until loop
    foreach parent in array array['meta_insights_daily', 'meta_insights_raw'] loop
      child := parent || to_char(month, '_YYYY_MM');
      continue when to_regclass(format('public.%I', child)) is not null;
      perform pg_advisory_xact_lock(hashtext('metagrains.partitions'));
      -- A second look with a snapshot taken after the wait: to_regclass answers from a cache that the wait does not refresh.
      continue when exists (select from pg_class where relname = child and relnamespace = 'public'::regnamespace);
      execute format('create table public.%I (like public.%I including all)', child, parent);
      if parent = 'meta_insights_daily' then
        -- Room on each page for restated rows, so that most stay in place (HOT).
        execute format('alter table public.%I set (fillfactor = 90)', child);
      end if;
      execute format('alter table public.%I set (toast_tuple_target = 128)', child);
      execute format('alter table public.%I add constraint in_month check (date >= %L and date < %L)',
        child, month, (month + interval '1 month')::date);
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
        parent, child, month, (month + interval '1 month')::date);
      execute format('alter table public.%I drop constraint in_month', child);
      made := made + 1;
    end loop;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end $$;

comment on column meta_insights_daily.content_hash is '64 bits of XXH3 over everything Meta can restate; equal means nothing to write.';
