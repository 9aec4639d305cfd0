-- What the schedulers need: tiers, keys of callers, switches of tenants, due times, and runs that wait to be started.

create table meta_sync_config (
  tier text primary key check (tier ~ '^[a-z][a-z0-9_]{0,30}$'),
  interval_minutes integer not null check (interval_minutes between 1 and 43200),
  date_range_days integer not null check (date_range_days between 1 and 366),
  description text not null,
  cron text,
  updated_at timestamptz not null default now()
);
comment on table meta_sync_config is 'How often the accounts of a tier are synced, and how many days back. An UPDATE reaches running accounts within seconds.';
comment on column meta_sync_config.date_range_days is 'Days of the window, today included.';
comment on column meta_sync_config.cron is 'A cron expression in place of the interval; null for the interval.';

insert into meta_sync_config (tier, interval_minutes, date_range_days, description) values
  ('high', 60, 2, 'Active campaigns, critical clients'),
  ('medium', 120, 3, 'Standard clients (default)'),
  ('low', 240, 7, 'Inactive or low-priority accounts');

alter table ad_accounts
  add constraint ad_accounts_tier foreign key (tier) references meta_sync_config (tier) on update cascade;

alter table tenants
  add column sync_enabled boolean not null default true,
  add column budget_mode text not null default 'meta' check (budget_mode in ('meta', 'fixed')),
  add column budget_calls_per_hour integer check (budget_calls_per_hour between 1 and 1000000),
  add column deleted_at timestamptz,
  add column settings_version bigint not null default 1;
comment on column tenants.sync_enabled is 'False pauses every account of the tenant; nothing of theirs is changed by it.';
comment on column tenants.budget_mode is '"meta": Meta''s usage headers decide. "fixed": calls per user and rolling hour.';
comment on column tenants.budget_calls_per_hour is 'The limit in mode "fixed"; null for 200.';

create table api_keys (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants (id) on delete cascade,
  name text not null check (name <> ''),
  hash bytea not null unique check (octet_length(hash) = 32),
  hint text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index api_keys_of_tenant on api_keys (tenant_id, created_at);
comment on column api_keys.hash is 'SHA-256 of the key, which holds 256 random bits itself; the key is shown once and kept nowhere.';
comment on column api_keys.hint is 'Its first characters, so that a person can tell keys apart.';

create table account_schedule (
  tenant_id uuid not null,
  ad_account_id text not null,
  next_due_at timestamptz,
  health_since timestamptz not null,
  health_next_try timestamptz,
  rate_limit_backoff_until timestamptz,
  retry_at timestamptz,
  last_error_at timestamptz,
  updated_at timestamptz not null,
  due_offset integer not null check (due_offset between 0 and 1073741823),
  consecutive_errors integer not null default 0,
  last_error_code integer,
  last_error_subcode integer,
  health text not null,
  health_owner text not null check (health_owner in ('us', 'customer', 'meta')),
  health_reason text not null,
  last_error_kind text,
  last_error text,
  last_error_advice text,
  last_error_trace text,
  primary key (tenant_id, ad_account_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
create index account_schedule_due on account_schedule (next_due_at) where next_due_at is not null;
comment on table account_schedule is 'When each account is due next and what it suffers from. Written by the account''s grain; whoever is overdue is woken by a sweep.';
comment on column account_schedule.next_due_at is 'Null for an account that never ran. Kept while it is paused: it catches up with one run when it is enabled.';
comment on column account_schedule.due_offset is 'The account''s place inside every interval, as a fraction of 2^30: its milliseconds are (due_offset::bigint * interval_ms) / 1073741824.';
comment on column account_schedule.health is 'active, throttled, failing, token_dead, checkpointed, permission_lost, account_disabled, not_connected or paused.';
comment on column account_schedule.health_owner is 'Who has to act.';

-- A run that was asked for is a row before anybody starts it: what was accepted is not lost.
alter table sync_runs drop constraint sync_runs_status_check;
alter table sync_runs
  add constraint sync_runs_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'superseded', 'cancelled')),
  add column requested_at timestamptz,
  add column request jsonb,
  alter column started_at drop not null,
  alter column window_since drop not null,
  alter column window_until drop not null;
create index sync_runs_requested on sync_runs (tenant_id, ad_account_id, run_id) where requested_at is not null and status in ('queued', 'running');
comment on column sync_runs.request is 'What was asked for: {"since", "until", "date_preset", "entity"}; null for a scheduled run.';

-- Whatever changes a setting, REST or plain SQL, raises its version and says so once per statement.
create function bump_settings_version() returns trigger language plpgsql as $$
begin
  new.settings_version := old.settings_version + 1;
  return new;
end $$;

create trigger ad_accounts_version before update on ad_accounts for each row
  when ((old.enabled, old.tier, old.attribution_window_days, old.settings, old.integration_id, old.timezone_name)
    is distinct from (new.enabled, new.tier, new.attribution_window_days, new.settings, new.integration_id, new.timezone_name))
  execute function bump_settings_version();

create trigger tenants_version before update on tenants for each row
  when ((old.sync_enabled, old.budget_mode, old.budget_calls_per_hour, old.deleted_at)
    is distinct from (new.sync_enabled, new.budget_mode, new.budget_calls_per_hour, new.deleted_at))
  execute function bump_settings_version();

create function notify_settings() returns trigger language plpgsql as $$
begin
  perform pg_notify('metagrains_settings', tg_table_name);
  return null;
end $$;

create trigger ad_accounts_notify after update of enabled, tier, attribution_window_days, settings, integration_id on ad_accounts
  for each statement execute function notify_settings();
create trigger tenants_notify after update of sync_enabled, budget_mode, budget_calls_per_hour, deleted_at on tenants
  for each statement execute function notify_settings();
create trigger meta_sync_config_notify after insert or update on meta_sync_config
  for each statement execute function notify_settings();
create trigger report_definitions_notify after insert or update or delete on report_definitions
  for each statement execute function notify_settings();
