-- What is learned of an account, within bounds that people set: how far back it is read, and its tier. One switch for
-- everything. When connections were last scheduled from outside.

alter table ad_accounts
  add column lookback_days smallint check (lookback_days between 1 and 28),
  add column lookback_reason text,
  add column auto_tier boolean not null default false,
  add column auto_tier_since timestamptz,
  add column auto_tier_reason text,
  add column learned_at timestamptz;
comment on column ad_accounts.lookback_days is
  'Days, today included, that hold almost all of the days whose numbers Meta changes: what tier and fresh read where their own window is shorter. Learned daily; null while too little is known.';
comment on column ad_accounts.lookback_reason is 'What lookback_days was made of.';
comment on column ad_accounts.auto_tier is 'True: the tier follows spend and activity, within tenants.auto_tier_min and auto_tier_max. SET tier = ''auto'' switches it on, any other tier switches it off.';
comment on column ad_accounts.auto_tier_since is 'When auto_tier last moved the account.';
comment on column ad_accounts.auto_tier_reason is 'Why it is in its tier; null for a tier that a person chose.';
comment on column ad_accounts.learned_at is 'When lookback and tier were last looked at.';

alter table tenants
  add column auto_tier_min text not null default 'low' check (auto_tier_min in ('high', 'medium', 'low')),
  add column auto_tier_max text not null default 'high' check (auto_tier_max in ('high', 'medium', 'low'));
comment on column tenants.auto_tier_min is 'The slowest tier to which auto_tier may move an account of the tenant.';
comment on column tenants.auto_tier_max is 'The fastest tier to which auto_tier may move an account of the tenant; where it is slower than auto_tier_min, it counts alone.';

-- 'auto' is a way to choose a tier and none itself. Whoever names a tier has chosen it; what auto_tier decides comes with its moment.
create function choose_tier() returns trigger language plpgsql as $$
begin
  if new.tier = 'auto' then
    new.auto_tier := true;
    new.learned_at := null;
    new.tier := case when tg_op = 'UPDATE' then old.tier else 'medium' end;
  elsif tg_op = 'UPDATE' and old.auto_tier and new.auto_tier and new.auto_tier_since is not distinct from old.auto_tier_since then
    new.auto_tier := false;
    new.auto_tier_reason := null;
  end if;
  return new;
end $$;
create trigger ad_accounts_choice before insert or update of tier on ad_accounts for each row execute function choose_tier();

create trigger ad_accounts_learned before update on ad_accounts for each row
  when ((old.lookback_days, old.auto_tier, old.auto_tier_reason) is distinct from (new.lookback_days, new.auto_tier, new.auto_tier_reason))
  execute function bump_settings_version();
create trigger ad_accounts_notify_learned after update of lookback_days, auto_tier on ad_accounts
  for each statement execute function notify_settings();

-- What concerns all accounts alike has one counter, whatever table it stands in.
create table scheduler_switch (
  only_row boolean primary key default true check (only_row),
  enabled boolean not null default true,
  reason text,
  changed_by text,
  changed_at timestamptz not null default now()
);
comment on table scheduler_switch is 'One row: whether anything is synced at all. An UPDATE reaches every account within seconds; what was missed is caught up with by one run each.';
comment on column scheduler_switch.only_row is 'Keeps the row the only one.';
comment on column scheduler_switch.enabled is 'False pauses everything; no account''s or tenant''s own switch is changed by it.';
comment on column scheduler_switch.reason is 'Why, for people.';
comment on column scheduler_switch.changed_by is 'Who changed it last, where that is known.';
comment on column scheduler_switch.changed_at is 'When it was changed last.';
insert into scheduler_switch default values;

create trigger scheduler_switch_version after update on scheduler_switch for each row
  when ((old.enabled, old.reason) is distinct from (new.enabled, new.reason)) execute function bump_report_definitions();
create trigger scheduler_switch_notify after update on scheduler_switch for each statement execute function notify_settings();

alter table integrations add column fresh_asked_at timestamptz;
comment on column integrations.fresh_asked_at is 'When POST /api/scheduler/meta last asked for runs of its accounts: its cooldown counts from here.';

do $$ begin
  perform describe_columns('{}');
  perform ensure_analyst_access();
end $$;
