-- The one physical fact, where it is staged, what Meta said verbatim, and the aggregate of a day.
-- Fixed-width columns come first: alignment padding would cost 20 bytes a row.

create table meta_insights_daily (
  row_key uuid not null,
  tenant_id uuid not null,
  content_hash bigint not null,
  impressions bigint not null,
  clicks bigint not null,
  reach bigint,
  run_id bigint not null,
  first_seen timestamptz not null,
  updated_at timestamptz not null,
  date date not null,
  ad_account_id text not null,
  report text not null,
  level text not null,
  entity_id text not null,
  campaign_id text,
  adset_id text,
  ad_id text,
  breakdown_key text not null default '',
  attribution_window text not null,
  action_report_time text not null,
  currency text not null,
  spend numeric not null,
  conversions numeric not null,
  purchases numeric not null,
  purchase_value numeric not null,
  leads numeric not null,
  revenue numeric not null,
  breakdowns jsonb,
  actions jsonb,
  incomplete text[],
  constraint meta_insights_daily_pkey primary key (row_key, date),
  constraint meta_insights_daily_account foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
) partition by range (date);
-- Finds a slice, which is what publish, aggregates and readers ask for; its few distinct keys deduplicate well.
create index meta_insights_daily_slice on meta_insights_daily (tenant_id, ad_account_id, report, date);

comment on table meta_insights_daily is 'One row per report, object, day and breakdown; all attribution windows in it. Sum within ONE report only.';
comment on column meta_insights_daily.row_key is '128 bits of SHA-256 over tenant, account, report, level, entity, date, breakdown.';
comment on column meta_insights_daily.content_hash is '64 bits of SHA-256 over everything Meta can restate; equal means nothing to write.';
comment on column meta_insights_daily.date is 'Day in the account''s time zone.';
comment on column meta_insights_daily.reach is 'People, de-duplicated per query: never add it up.';
comment on column meta_insights_daily.spend is 'Major units of currency, exact as Meta states it.';
comment on column meta_insights_daily.attribution_window is 'The attribution setting that the plain value follows; "default" where Meta names none.';
comment on column meta_insights_daily.action_report_time is '"mixed" since 2025-06-10: on-Meta actions by impression, others by conversion.';
comment on column meta_insights_daily.purchases is 'One action type, the first present of omni_purchase, purchase, offsite_conversion.fb_pixel_purchase …; never a sum of overlapping ones.';
comment on column meta_insights_daily.leads is 'One action type, the first present of lead, onsite_conversion.lead_grouped, offsite_conversion.fb_pixel_lead …';
comment on column meta_insights_daily.conversions is 'purchases + leads: two families that do not overlap.';
comment on column meta_insights_daily.revenue is 'Value of the conversions, in currency.';
comment on column meta_insights_daily.actions is '{"actions":{type:{"value":n,"7d_click":n}},"action_values":{…}}: every window asked for. Overlapping types: never add them up.';
comment on column meta_insights_daily.incomplete is 'Fields that could not be fetched; null when all were.';
comment on column meta_insights_daily.run_id is 'The run that last wrote the row.';

create table meta_insights_tombstones (
  like meta_insights_daily,
  vanished_at timestamptz not null,
  vanished_run_id bigint not null,
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create index meta_insights_tombstones_slice on meta_insights_tombstones (tenant_id, ad_account_id, report, date);
comment on table meta_insights_tombstones is 'Rows that Meta stopped answering, as they last were. Not part of any total.';

create table meta_insights_raw (
  row_key uuid not null,
  tenant_id uuid not null,
  run_id bigint not null,
  fetched_at timestamptz not null,
  date date not null,
  ad_account_id text not null,
  report text not null,
  payload json not null,
  primary key (row_key, date)
) partition by range (date);
comment on table meta_insights_raw is 'The row exactly as Meta sent it when it last changed.';

-- Unlogged: a crash of PostgreSQL empties it, and publish then refuses the slice and it is read again.
create unlogged table insights_staging (
  run_id bigint not null,
  run_epoch bigint not null,
  slice integer not null,
  page integer not null,
  row_key uuid not null,
  content_hash bigint not null,
  impressions bigint not null,
  clicks bigint not null,
  reach bigint,
  date date not null,
  entity_id text not null,
  campaign_id text,
  adset_id text,
  ad_id text,
  breakdown_key text not null,
  attribution_window text not null,
  currency text not null,
  spend numeric not null,
  conversions numeric not null,
  purchases numeric not null,
  purchase_value numeric not null,
  leads numeric not null,
  revenue numeric not null,
  breakdowns jsonb,
  actions jsonb,
  raw json not null
);
create index insights_staging_slice on insights_staging (run_id, slice);
comment on table insights_staging is 'Pages of slices that are still being read. Readers never look here.';

create table daily_meta_metrics (
  tenant_id uuid not null,
  impressions bigint not null,
  clicks bigint not null,
  reach bigint,
  ads bigint not null,
  campaigns bigint not null,
  run_id bigint not null,
  updated_at timestamptz not null,
  date date not null,
  ad_account_id text not null,
  currency text not null,
  spend numeric not null,
  conversions numeric not null,
  purchases numeric not null,
  purchase_value numeric not null,
  leads numeric not null,
  revenue numeric not null,
  primary key (tenant_id, ad_account_id, date),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
comment on table daily_meta_metrics is 'One row per account and day: the sum of its ads, written in the transaction that publishes them.';
comment on column daily_meta_metrics.reach is 'From the account''s own answer, since reach does not add up; null until that is published.';
comment on column daily_meta_metrics.ads is 'Ads that delivered on the day.';

-- PostgreSQL compresses a row only above 2 kB; those that are get the cheaper method. A server built without lz4
-- keeps its default.
do $$
begin
  alter table meta_insights_raw alter column payload set compression lz4;
exception when feature_not_supported then
  raise notice 'this server has no lz4: raw rows use its default compression';
end $$;

-- A month is made beside the table and attached: CREATE TABLE … PARTITION OF would lock out every reader.
create function ensure_insight_partitions(p_since date, p_until date) returns integer
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
comment on function ensure_insight_partitions(date, date) is 'Makes and attaches the missing months of both partitioned tables; safe to call concurrently.';
