-- What people and schedulers beside this program ask in SQL: who is due, who suffers from what, how fresh the data is,
-- and the rows by which they ask for history.

create table data_freshness_marks (
  tenant_id uuid not null,
  ad_account_id text not null,
  stream text not null,
  latest_data_date date,
  last_synced_at timestamptz not null,
  primary key (tenant_id, ad_account_id, stream),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on table data_freshness_marks is 'When each stream of an account was last read to its end; written with what was read. Read data_freshness instead.';
comment on column data_freshness_marks.stream is 'A report, a kind of entities (campaigns, adsets, ads, creatives), or "external" for what update_meta_sync_status was told.';
comment on column data_freshness_marks.latest_data_date is 'Newest day, in the account''s zone, for which Meta has answered a row; null before the first one, and for entities.';
comment on column data_freshness_marks.last_synced_at is 'When the stream was last read to its end and published; also when nothing had changed.';

create view data_freshness as
select tenant_id, ad_account_id, stream, latest_data_date, last_synced_at, now() - last_synced_at as lag
from data_freshness_marks;
comment on view data_freshness is 'How fresh each stream of each account is.';
comment on column data_freshness.lag is 'Time since last_synced_at, at the moment of asking.';

-- One row per account that a connection reaches: what others call a credential.
create view client_api_credentials as
select 'acct/' || a.tenant_id || '/' || a.ad_account_id as id,
       a.tenant_id::text as organization_id,
       i.platform,
       a.ad_account_id,
       i.id as integration_id,
       a.tier as meta_sync_priority,
       f.last_synced_at as last_meta_sync_at,
       f.latest_data_date as latest_meta_data_date,
       coalesce(s.consecutive_errors, 0) as sync_error_count,
       s.last_error as last_sync_error,
       s.rate_limit_backoff_until
from ad_accounts a
join integrations i on i.id = a.integration_id
left join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
left join lateral (
  select max(m.last_synced_at) as last_synced_at, max(m.latest_data_date) as latest_data_date
  from data_freshness_marks m where m.tenant_id = a.tenant_id and m.ad_account_id = a.ad_account_id
) f on true;
comment on view client_api_credentials is 'One row per ad account that a connection reaches. UPDATE meta_sync_priority to move accounts to another tier.';
comment on column client_api_credentials.id is 'The account''s key, acct/{tenant}/act_{number}: what update_meta_sync_status takes.';
comment on column client_api_credentials.organization_id is 'tenants.id as text.';
comment on column client_api_credentials.platform is 'Always "meta".';
comment on column client_api_credentials.integration_id is 'The connection whose token is used.';
comment on column client_api_credentials.meta_sync_priority is 'The account''s tier: high, medium, low or another row of meta_sync_config. The one column that may be updated.';
comment on column client_api_credentials.last_meta_sync_at is 'When a sync of the account last completed; null before the first.';
comment on column client_api_credentials.latest_meta_data_date is 'Newest day, in the account''s zone, for which Meta has answered a row.';
comment on column client_api_credentials.sync_error_count is 'Runs that failed one after the other since the last success.';
comment on column client_api_credentials.last_sync_error is 'What the last failed run said; null after a success.';

create function set_meta_sync_priority() returns trigger language plpgsql as $$
begin
  if (new.id, new.organization_id, new.platform, new.ad_account_id, new.integration_id, new.last_meta_sync_at, new.latest_meta_data_date,
      new.sync_error_count, new.last_sync_error, new.rate_limit_backoff_until)
    is distinct from
     (old.id, old.organization_id, old.platform, old.ad_account_id, old.integration_id, old.last_meta_sync_at, old.latest_meta_data_date,
      old.sync_error_count, old.last_sync_error, old.rate_limit_backoff_until) then
    raise exception 'only meta_sync_priority may be updated here'
      using errcode = 'feature_not_supported', hint = 'call update_meta_sync_status(...) to report how a sync ended';
  end if;
  update ad_accounts set tier = lower(new.meta_sync_priority), updated_at = now()
  where tenant_id = old.organization_id::uuid and ad_account_id = old.ad_account_id and tier is distinct from lower(new.meta_sync_priority);
  new.meta_sync_priority := lower(new.meta_sync_priority);
  return new;
exception
  when foreign_key_violation or not_null_violation then
    raise exception '% is no tier', coalesce(quote_literal(new.meta_sync_priority), 'null')
      using errcode = 'check_violation', hint = 'the tiers are: ' || (select string_agg(tier, ', ' order by interval_minutes) from meta_sync_config);
end $$;
comment on function set_meta_sync_priority() is 'Makes client_api_credentials.meta_sync_priority writable.';
create trigger client_api_credentials_priority instead of update on client_api_credentials
  for each row execute function set_meta_sync_priority();

create view meta_sync_status as
select c.*, t.name as organization_name, a.name as account_name, g.interval_minutes, g.date_range_days,
       coalesce(s.health, 'active') as health, s.health_reason, w.wanted and w.due_at <= now() as sync_due,
       case when w.wanted then ceil(extract(epoch from w.due_at - now()) / 60)::integer end as minutes_until_sync
from client_api_credentials c
join ad_accounts a on a.tenant_id = c.organization_id::uuid and a.ad_account_id = c.ad_account_id
join tenants t on t.id = a.tenant_id
join integrations i on i.id = c.integration_id
join meta_sync_config g on g.tier = a.tier
left join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
cross join lateral (
  -- greatest() passes over nulls: what is not waited for does not count.
  select greatest(coalesce(s.next_due_at, a.created_at), s.rate_limit_backoff_until, s.retry_at) as due_at,
         a.enabled and t.sync_enabled and i.status = 'active' and coalesce(s.health, 'active') in ('active', 'throttled', 'failing') as wanted
) w
where t.deleted_at is null;
comment on view meta_sync_status is 'Every connected account: its tier, when it was synced, whether it is due, what it suffers from.';
comment on column meta_sync_status.organization_name is 'tenants.name.';
comment on column meta_sync_status.account_name is 'The account''s name at Meta.';
comment on column meta_sync_status.interval_minutes is 'Minutes from one sync to the next, by its tier.';
comment on column meta_sync_status.date_range_days is 'Days that one sync of its tier reads, today included.';
comment on column meta_sync_status.sync_due is 'True when it should be synced now: enabled, connected, not resting after a limit, and its time has come.';
comment on column meta_sync_status.minutes_until_sync is 'Minutes until it is due, rounded up; zero or less when it is due; null when it is not synced until a person acts.';

create function get_meta_accounts_due_for_sync(p_limit integer)
returns table (
  credential_id text, organization_id text, organization_name text, ad_account_id text, meta_sync_priority text,
  date_range_days integer, last_meta_sync_at timestamptz, latest_meta_data_date date, sync_error_count integer, minutes_overdue integer)
language sql stable as $$
  select s.id, s.organization_id, s.organization_name, s.ad_account_id, s.meta_sync_priority, s.date_range_days,
         s.last_meta_sync_at, s.latest_meta_data_date, s.sync_error_count, -s.minutes_until_sync
  from meta_sync_status s
  where s.sync_due
  order by case s.meta_sync_priority when 'high' then 0 when 'low' then 2 else 1 end, s.minutes_until_sync, s.id
  limit p_limit
$$;
comment on function get_meta_accounts_due_for_sync(integer) is 'Accounts to sync now: tier HIGH first, then MEDIUM (and tiers of other names), then LOW; within a tier the longest overdue first.';

-- For whoever syncs an account without this program, or mends its state by hand. The account's grain writes the same
-- columns after each of its own runs.
create function update_meta_sync_status(
  p_credential_id text, p_success boolean, p_latest_data_date date default null, p_error text default null, p_rate_limited boolean default false)
returns void language plpgsql as $$
declare
  account record;
begin
  if p_success is null then
    raise exception 'p_success must be true or false' using errcode = 'null_value_not_allowed';
  end if;
  for account in
    select a.tenant_id, a.ad_account_id, g.interval_minutes, ('x' || left(md5(c.id), 8))::bit(32)::bigint >> 2 as place
    from client_api_credentials c
    join ad_accounts a on a.tenant_id = c.organization_id::uuid and a.ad_account_id = c.ad_account_id
    join meta_sync_config g on g.tier = a.tier
    where c.id = p_credential_id or c.integration_id::text = p_credential_id
    order by c.id
  loop
    insert into account_schedule as s (
      tenant_id, ad_account_id, next_due_at, health_since, rate_limit_backoff_until, last_error_at, due_offset, sweep, updated_at,
      consecutive_errors, health, health_owner, health_reason, last_error_kind, last_error)
    values (
      account.tenant_id, account.ad_account_id,
      case when p_success then now() + make_interval(mins => account.interval_minutes) end, now(),
      case when p_rate_limited and not p_success then now() + interval '15 minutes' end,
      case when not p_success then now() end, account.place, account.place % 64, now(),
      case when p_success then 0 else 1 end, 'active', 'us', 'It syncs.',
      case when not p_success then case when p_rate_limited then 'Throttled' else 'Transient' end end,
      case when not p_success then coalesce(p_error, 'The sync failed without saying why.') end)
    on conflict (tenant_id, ad_account_id) do update set
      next_due_at = coalesce(excluded.next_due_at, s.next_due_at),
      rate_limit_backoff_until = case
        when p_success then null
        else greatest(s.rate_limit_backoff_until, excluded.rate_limit_backoff_until) end,
      retry_at = case when p_success then null else s.retry_at end,
      consecutive_errors = case when p_success then 0 else s.consecutive_errors + 1 end,
      last_error_at = excluded.last_error_at, last_error_kind = excluded.last_error_kind, last_error = excluded.last_error,
      last_error_advice = null, last_error_code = null, last_error_subcode = null, last_error_trace = null,
      health = case when p_success and s.health in ('throttled', 'failing') then 'active' else s.health end,
      health_owner = case when p_success and s.health in ('throttled', 'failing') then 'us' else s.health_owner end,
      health_since = case when p_success and s.health in ('throttled', 'failing') then now() else s.health_since end,
      health_reason = case when p_success and s.health in ('throttled', 'failing') then 'It syncs.' else s.health_reason end,
      updated_at = now();
    if p_success then
      insert into data_freshness_marks as m (tenant_id, ad_account_id, stream, latest_data_date, last_synced_at)
      values (account.tenant_id, account.ad_account_id, 'external', p_latest_data_date, now())
      on conflict (tenant_id, ad_account_id, stream) do update set
        latest_data_date = greatest(m.latest_data_date, excluded.latest_data_date), last_synced_at = excluded.last_synced_at;
    end if;
  end loop;
  if not found then
    raise exception '% is no credential', coalesce(quote_literal(p_credential_id), 'null')
      using errcode = 'no_data_found', hint = 'take id, or integration_id for all accounts of a connection, from client_api_credentials';
  end if;
end $$;
comment on function update_meta_sync_status(text, boolean, date, text, boolean) is
  'Reports how a sync of an account ended. Success clears errors and backoff and sets the next due time; a failure counts; a rate limit rests the account for 15 minutes.';

-- History on request. A row inserted by hand is a request, so everything but the days has a default.
create table meta_backfill_jobs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  ad_account_id text not null,
  since date not null,
  until date not null,
  chunk_months integer not null default 1 check (chunk_months between 1 and 12),
  concurrency integer not null default 2 check (concurrency between 1 and 16),
  aggregate_currency boolean not null default true,
  status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  requested_by text not null default current_user,
  error_message text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  check (until >= since),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
create index meta_backfill_jobs_of_account on meta_backfill_jobs (tenant_id, ad_account_id, created_at desc);
create index meta_backfill_jobs_open on meta_backfill_jobs (created_at) where status in ('queued', 'running');
comment on table meta_backfill_jobs is 'Requests for history. INSERT tenant, account and days to ask for them.';
comment on column meta_backfill_jobs.since is 'First day, in the account''s zone; at most 37 months back.';
comment on column meta_backfill_jobs.until is 'Last day, in the account''s zone; part of the range.';
comment on column meta_backfill_jobs.chunk_months is 'Calendar months per chunk.';
comment on column meta_backfill_jobs.concurrency is 'Chunks that are read at the same time.';
comment on column meta_backfill_jobs.aggregate_currency is 'Whether the daily KPIs carry their currency afterwards; they always do here.';
comment on column meta_backfill_jobs.status is 'queued, running, completed, failed or cancelled. Completed: every chunk is published, KPIs included.';
comment on column meta_backfill_jobs.requested_by is 'Who asked: a key''s name, "cli", or the SQL user.';
comment on column meta_backfill_jobs.error_message is 'Why it failed, for a person.';

create table meta_backfill_chunks (
  backfill_id uuid not null references meta_backfill_jobs (id) on delete cascade,
  number integer not null check (number >= 0),
  tenant_id uuid not null,
  ad_account_id text not null,
  since date not null,
  until date not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  attempts integer not null default 0,
  run_id bigint references sync_runs (run_id) on delete set null,
  rows_read bigint not null default 0,
  error_message text,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (backfill_id, number),
  check (until >= since),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on table meta_backfill_chunks is 'Pieces of a backfill, newest days first; each is one run.';
comment on column meta_backfill_chunks.number is 'Place within the backfill, from 0; 0 holds the newest days.';
comment on column meta_backfill_chunks.attempts is 'How often it was started.';
comment on column meta_backfill_chunks.run_id is 'The run that read it last.';
comment on column meta_backfill_chunks.since is 'First day, in the account''s zone.';
comment on column meta_backfill_chunks.until is 'Last day, in the account''s zone; part of the chunk.';

-- 123 is the account that Meta calls act_123.
create function name_ad_account() returns trigger language plpgsql as $$
begin
  if new.ad_account_id ~ '^[1-9][0-9]*$' then
    new.ad_account_id := 'act_' || new.ad_account_id;
  end if;
  return new;
end $$;
comment on function name_ad_account() is 'Lets people write an account''s bare number.';
create trigger meta_backfill_jobs_account before insert on meta_backfill_jobs for each row execute function name_ad_account();
create trigger meta_backfill_jobs_notify after insert or update of status on meta_backfill_jobs
  for each statement execute function notify_settings();

create table webhook_inbox (
  id bigint generated always as identity primary key,
  tenant_id uuid references tenants (id) on delete cascade,
  received_at timestamptz not null,
  object text not null,
  ad_account_id text,
  field text not null,
  event_at timestamptz,
  value jsonb not null,
  event_hash bytea not null check (octet_length(event_hash) = 32),
  status text not null default 'new' check (status in ('new', 'done', 'ignored', 'failed')),
  attempts integer not null default 0,
  processed_at timestamptz,
  error_message text
);
-- Meta repeats deliveries: the same event is one row per tenant. An index on an expression, since null is a tenant, too.
create unique index webhook_inbox_event on webhook_inbox (event_hash, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'));
create index webhook_inbox_new on webhook_inbox (id) where status = 'new';
comment on table webhook_inbox is 'Events that Meta pushed, verbatim, once each; hints to read something again, never data by themselves.';
comment on column webhook_inbox.tenant_id is 'The tenant whose account it is about; one row per tenant that has the account; null when nobody here has it.';
comment on column webhook_inbox.object is 'Meta''s object, such as ad_account or permissions.';
comment on column webhook_inbox.field is 'Meta''s field, such as field_changed or with_issues_ad_objects.';
comment on column webhook_inbox.event_at is 'Meta''s own time of the entry.';
comment on column webhook_inbox.value is 'Meta''s value, as it was sent.';
comment on column webhook_inbox.event_hash is 'SHA-256 over object, entry, time, field and value: a repeated delivery has the same.';
comment on column webhook_inbox.attempts is 'How often it was worked on.';
comment on column webhook_inbox.processed_at is 'When it was done, ignored or given up.';

create table audit_log (
  id bigint generated always as identity primary key,
  tenant_id uuid references tenants (id) on delete cascade,
  at timestamptz not null,
  actor text not null check (actor <> ''),
  action text not null check (action <> ''),
  target text,
  details jsonb not null default '{}',
  trace_id text
);
create index audit_log_of_tenant on audit_log (tenant_id, id desc);
comment on table audit_log is 'What people and their programs changed: one row per accepted command. Never holds a secret.';
comment on column audit_log.tenant_id is 'The tenant that it concerns; null for the whole installation.';
comment on column audit_log.at is 'When it was done.';
comment on column audit_log.actor is 'Who: "operator", a key''s id and name, or the command line''s user.';
comment on column audit_log.action is 'What, such as account.pause or tier.change.';
comment on column audit_log.target is 'On what: an account, a connection, a key …';
comment on column audit_log.details is 'Old and new values, without secrets.';
comment on column audit_log.trace_id is 'The request''s trace.';
