-- Who syncs what: tenants, their connections, their ad accounts, what is asked for, and what has been done.

create table tenants (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (name <> ''),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table tenants is 'One customer. Everything below belongs to exactly one.';
comment on column tenants.currency is 'ISO 4217 code in which the tenant reports.';

create table integrations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants (id),
  platform text not null default 'meta' check (platform = 'meta'),
  name text not null,
  status text not null default 'active' check (status in ('active', 'expired', 'revoked', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, platform, name)
);
comment on table integrations is 'A connection of a tenant to Meta: one token.';

create table integration_secrets (
  integration_id uuid not null references integrations (id) on delete cascade,
  kind text not null check (kind in ('access_token')),
  key_id text not null,
  nonce bytea not null check (octet_length(nonce) = 12),
  ciphertext bytea not null,
  updated_at timestamptz not null default now(),
  primary key (integration_id, kind)
);
comment on table integration_secrets is 'Tokens, AES-256-GCM encrypted; the integration and kind are authenticated with them.';
comment on column integration_secrets.key_id is 'Which ENCRYPTION_KEY it was sealed with: the first 8 bytes of the key''s SHA-256, in hex.';

create table ad_accounts (
  tenant_id uuid not null references tenants (id),
  ad_account_id text not null check (ad_account_id ~ '^act_[1-9][0-9]*$'),
  integration_id uuid references integrations (id) on delete set null,
  name text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  timezone_name text not null,
  account_status integer,
  disable_reason integer,
  enabled boolean not null default false,
  tier text not null default 'medium',
  attribution_window_days integer not null default 7 check (attribution_window_days between 1 and 28),
  settings jsonb not null default '{}',
  settings_version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, ad_account_id)
);
comment on column ad_accounts.ad_account_id is 'Meta''s node id, act_ followed by digits.';
comment on column ad_accounts.settings is '{"interval_seconds": n}: the account''s own interval in place of its tier''s.';
comment on column ad_accounts.timezone_name is 'IANA zone: days of insights begin at midnight there.';
comment on column ad_accounts.account_status is 'Meta''s code: 1 active, 2 disabled, 3 unsettled … (Ad Account reference).';

create table report_definitions (
  id bigint generated always as identity primary key,
  tenant_id uuid references tenants (id) on delete cascade,
  ad_account_id text,
  report text not null check (report ~ '^[a-z][a-z0-9_]{0,62}$'),
  level text not null check (level in ('account', 'campaign', 'adset', 'ad')),
  fields text[] not null,
  breakdowns text[] not null default '{}',
  attribution_windows text[] not null default '{}',
  filtering jsonb not null default '[]',
  position integer not null default 100,
  enabled boolean not null default true,
  check (ad_account_id is null or tenant_id is not null),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
-- NULLS NOT DISTINCT needs PostgreSQL 15; this works on 14.
create unique index report_definitions_scope on report_definitions
  (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'), coalesce(ad_account_id, ''), report);
comment on table report_definitions is
  'What is asked of Meta. Rows without tenant hold for all; a row of a tenant or account with the same report name replaces them.';

insert into report_definitions (report, level, fields, attribution_windows, position)
select level || '_daily', level,
       '{impressions,clicks,reach,spend,actions,action_values}', '{1d_click,7d_click,28d_click,1d_view}', position
from (values ('account', 10), ('campaign', 20), ('adset', 30), ('ad', 40)) as levels (level, position);

create table sync_runs (
  run_id bigint generated always as identity primary key,
  tenant_id uuid not null,
  ad_account_id text not null,
  job text not null,
  trigger text not null,
  status text not null check (status in ('running', 'succeeded', 'failed', 'superseded', 'cancelled')),
  run_epoch bigint not null,
  window_since date not null,
  window_until date not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  duration_ms bigint,
  calls bigint not null default 0,
  retries bigint not null default 0,
  pages bigint not null default 0,
  bytes bigint not null default 0,
  rows_read bigint not null default 0,
  rows_inserted bigint not null default 0,
  rows_changed bigint not null default 0,
  rows_unchanged bigint not null default 0,
  rows_vanished bigint not null default 0,
  entities jsonb not null default '{}',
  permits_waited_ms bigint not null default 0,
  rate_limited boolean not null default false,
  error_code integer,
  error_subcode integer,
  error_trace text,
  error_message text,
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
create index sync_runs_of_account on sync_runs (tenant_id, ad_account_id, run_id desc);
comment on column sync_runs.calls is 'HTTP requests sent to Meta, retries included: what Meta counted.';

create table sync_cursors (
  tenant_id uuid not null,
  ad_account_id text not null,
  job text not null,
  meta_last_window_end date,
  run_epoch bigint not null default 0,
  active_run bigint references sync_runs (run_id) on delete set null,
  updated_at timestamptz not null,
  primary key (tenant_id, ad_account_id, job),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on column sync_cursors.meta_last_window_end is 'Last day up to which the job has published; committed with the rows it covers.';
comment on column sync_cursors.run_epoch is 'Rises when a run starts; a publish of an earlier run is refused.';
