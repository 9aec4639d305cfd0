-- Every state of an account's health, and incidents: the same new error on many accounts at once.

alter table account_schedule add constraint account_schedule_health check (health in (
  'active', 'throttled', 'failing', 'token_dead', 'checkpointed', 'permission_lost', 'account_disabled', 'not_connected', 'paused',
  'currency_mismatch', 'waiting_for_budget', 'breakdown_not_enabled', 'parked', 'meta_incident'));
comment on column account_schedule.health is
  'active, throttled, failing, token_dead, checkpointed, permission_lost, account_disabled, not_connected, paused, currency_mismatch, waiting_for_budget, breakdown_not_enabled, parked or meta_incident.';

create function syncs_by_itself(p_health text) returns boolean language sql immutable parallel safe as $$
  select p_health in ('active', 'throttled', 'failing', 'waiting_for_budget', 'breakdown_not_enabled', 'parked', 'meta_incident')
$$;
comment on function syncs_by_itself(text) is 'Whether an account of this health runs when its time has come, without a person.';

create or replace view meta_sync_status as
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
  select greatest(coalesce(s.next_due_at, a.created_at), s.rate_limit_backoff_until, s.retry_at,
                  case when s.health = 'meta_incident' then s.health_next_try end) as due_at,
         a.enabled and t.sync_enabled and i.status = 'active' and syncs_by_itself(coalesce(s.health, 'active')) as wanted
) w
where t.deleted_at is null;

-- As in 0006, for all states that a success ends.
create or replace function update_meta_sync_status(
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
      health = case when p_success and syncs_by_itself(s.health) then 'active' else s.health end,
      health_owner = case when p_success and syncs_by_itself(s.health) then 'us' else s.health_owner end,
      health_since = case when p_success and syncs_by_itself(s.health) and s.health <> 'active' then now() else s.health_since end,
      health_next_try = case when p_success and syncs_by_itself(s.health) then null else s.health_next_try end,
      health_reason = case when p_success and syncs_by_itself(s.health) then 'It syncs.' else s.health_reason end,
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

-- Who may suffer from an incident: few accounts at most times.
create index account_schedule_failed on account_schedule (last_error_code) where consecutive_errors > 0;

create table incidents (
  id bigint generated always as identity primary key,
  error_kind text not null,
  error_code integer,
  error_subcode integer,
  message text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_by text check (closed_by in ('probe', 'quiet')),
  reopened integer not null default 0,
  accounts integer not null,
  probes integer not null default 0,
  last_probe_at timestamptz,
  next_probe_at timestamptz not null,
  updated_at timestamptz not null,
  check ((closed_at is null) = (closed_by is null))
);
create unique index incidents_open on incidents (error_kind, coalesce(error_code, 0), coalesce(error_subcode, 0)) where closed_at is null;
create index incidents_recent on incidents (closed_at);
comment on table incidents is 'The same new error on many accounts within minutes: they rest until a probe finds Meta well again. Written by one grain; every silo reads it.';

do $$ begin
  perform describe_columns($words$ {
    "incidents.id": "Grows with every incident.",
    "incidents.error_kind": "What the error means for an account: Transient or Refused.",
    "incidents.error_code": "Meta's error code; null for no answer, or for one without a code.",
    "incidents.error_subcode": "Meta's error subcode.",
    "incidents.message": "What Meta said to one of the accounts.",
    "incidents.opened_at": "When it was recognised.",
    "incidents.closed_at": "When it was over; null while it lasts. Accounts go on spread out over some time from then on.",
    "incidents.closed_by": "probe: a run of one of its accounts succeeded; quiet: no account had the error any more.",
    "incidents.reopened": "How often it came back within half an hour of its end.",
    "incidents.accounts": "Accounts that had the error when it was recognised, or when they last reported it.",
    "incidents.probes": "How often one account was let through to see whether it is over.",
    "incidents.last_probe_at": "When one was let through last.",
    "incidents.next_probe_at": "When one is let through next.",
    "incidents.updated_at": "When the row was last written."
  } $words$::jsonb);
  perform ensure_analyst_access();
  if current_setting('server_version_num')::int >= 150000 then
    alter view meta_sync_status set (security_invoker = true);
  end if;
end $$;
