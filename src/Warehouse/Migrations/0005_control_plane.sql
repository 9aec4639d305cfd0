-- What the running system needs beside the schedule: which settings a grain has seen, connections that list their
-- accounts, and requests that may be repeated.

alter table meta_sync_config add column settings_version bigint not null default 1;

create trigger meta_sync_config_version before update on meta_sync_config for each row
  when ((old.interval_minutes, old.date_range_days, old.cron) is distinct from (new.interval_minutes, new.date_range_days, new.cron))
  execute function bump_settings_version();

-- Definitions hold for all, for a tenant or for an account, and a deleted row leaves nothing to count on: one counter for all.
create table settings_versions (
  name text primary key,
  version bigint not null
);
comment on table settings_versions is 'Counters of settings that are no column of the account, its tenant or its tier.';
insert into settings_versions (name, version) values ('report_definitions', 1);

create function bump_report_definitions() returns trigger language plpgsql as $$
begin
  update settings_versions set version = version + 1 where name = 'report_definitions';
  return null;
end $$;
create trigger report_definitions_version after insert or update or delete on report_definitions
  for each statement execute function bump_report_definitions();

create view account_settings_versions as
select a.tenant_id, a.ad_account_id, a.enabled, a.integration_id, t.deleted_at is not null as tenant_deleted,
       concat_ws('.', a.settings_version, t.settings_version, c.tier, c.settings_version, r.version,
                 coalesce((extract(epoch from s.updated_at) * 1000000)::bigint, 0)) as version
from ad_accounts a
join tenants t on t.id = a.tenant_id
join meta_sync_config c on c.tier = a.tier
cross join settings_versions r
left join integration_secrets s on s.integration_id = a.integration_id and s.kind = 'access_token'
where r.name = 'report_definitions';
comment on view account_settings_versions is 'A text that changes whenever anything changes that an account''s grain must know; compared for equality only.';
do $$
begin
  if current_setting('server_version_num')::int >= 150000 then
    alter view public.account_settings_versions set (security_invoker = true);
  end if;
end $$;

alter table account_schedule
  add column applied_settings text,
  add column sweep smallint not null default 0 check (sweep between 0 and 63);
comment on column account_schedule.applied_settings is 'account_settings_versions.version as the account''s grain has applied it last.';
comment on column account_schedule.sweep is 'The sweep that wakes the account when it is overdue.';
drop index account_schedule_due;
create index account_schedule_due on account_schedule (sweep, next_due_at) where next_due_at is not null;

alter table integrations
  add column discovery_requested_at timestamptz,
  add column discovered_at timestamptz,
  add column accounts_seen integer,
  add column discovery_error text,
  add column discovery_error_code integer,
  add column discovery_tries integer not null default 0,
  add column discovery_retry_at timestamptz,
  add column enable_tier text references meta_sync_config (tier) on update cascade;
comment on column integrations.discovery_requested_at is 'When its ad accounts were last asked for; they are being listed while discovered_at is earlier.';
comment on column integrations.discovered_at is 'When all pages of its ad accounts were last read.';
comment on column integrations.discovery_retry_at is 'When it is tried again after it failed; null when it did not, and when only a person can help.';
comment on column integrations.enable_tier is 'Accounts that it shows for the first time are enabled in this tier; null: they stay off until somebody enables them.';

-- A new request is a new start, whoever makes it.
create function begin_discovery() returns trigger language plpgsql as $$
begin
  new.discovery_tries := 0;
  new.discovery_retry_at := null;
  new.discovery_error := null;
  new.discovery_error_code := null;
  return new;
end $$;
create trigger integrations_discovery before update of discovery_requested_at on integrations for each row
  when (old.discovery_requested_at is distinct from new.discovery_requested_at) execute function begin_discovery();

comment on column integrations.discovery_tries is 'Listings in a row that failed; a new request begins at 0 again.';
alter table tenants add column budget_version bigint not null default 1;
comment on column tenants.budget_version is 'settings_version as the tenant''s budget has applied it last.';

alter table sync_runs add column request_key text;
create unique index sync_runs_request_key on sync_runs (tenant_id, ad_account_id, request_key) where request_key is not null;
comment on column sync_runs.request_key is 'The caller''s Idempotency-Key: the same key is the same run.';

create function notify_queued_run() returns trigger language plpgsql as $$
begin
  perform pg_notify('metagrains_settings', 'sync_runs');
  return null;
end $$;
create trigger sync_runs_notify after insert on sync_runs for each row when (new.status = 'queued')
  execute function notify_queued_run();
create trigger ad_accounts_notify_new after insert on ad_accounts
  for each statement execute function notify_settings();
create trigger integrations_notify after insert or update of discovery_requested_at on integrations
  for each statement execute function notify_settings();
create trigger integration_secrets_notify after insert or update or delete on integration_secrets
  for each statement execute function notify_settings();
