-- Whether what was published is all there is, and what was held back because it looked like less.

create table meta_reconciliation (
  tenant_id uuid not null,
  checked_at timestamptz not null,
  run_id bigint not null,
  held_keys bigint,
  date date not null,
  ad_account_id text not null,
  report text not null,
  level text not null,
  metric text not null,
  verdict text not null check (verdict in ('match', 'unattributed', 'gap', 'held')),
  account_total numeric not null,
  rows_total numeric not null,
  unattributed numeric not null generated always as (account_total - rows_total) stored,
  primary key (tenant_id, ad_account_id, date, report, metric),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create index meta_reconciliation_open on meta_reconciliation (tenant_id, ad_account_id, date) where verdict in ('gap', 'held');
comment on table meta_reconciliation is 'Per closed day and level: the account''s own total, as Ads Manager shows it, beside the sum of the rows.';
comment on column meta_reconciliation.metric is 'spend, impressions or clicks; "rows" for a day that is held back.';
comment on column meta_reconciliation.account_total is 'What the account''s own answer says, in the metric''s unit: money in the account''s currency. For "rows": rows that we hold.';
comment on column meta_reconciliation.rows_total is 'What the rows of the level add up to, in the same unit and currency. For "rows": rows that Meta answered.';
comment on column meta_reconciliation.unattributed is 'account_total − rows_total: what no row explains, such as spend of deleted ads.';
comment on column meta_reconciliation.verdict is
  'match. unattributed: a second pull with archived objects found the same difference. gap: the difference changes, something is still to come. held: Meta answered fewer rows than we hold of a settled day; the day stays as it was until a second pull confirms it.';
comment on column meta_reconciliation.checked_at is 'When this was found first; a later check that finds the same writes nothing (data_freshness says when the report was read last).';
comment on column meta_reconciliation.run_id is 'The run that found it.';
comment on column meta_reconciliation.held_keys is 'Names the set of rows that was held back: a later pull of the same set confirms it. Null for other verdicts.';

-- What has been learned of how an account must be asked.
create table meta_report_hints (
  tenant_id uuid not null,
  ad_account_id text not null,
  report text not null,
  archived_until date not null,
  updated_at timestamptz not null,
  primary key (tenant_id, ad_account_id, report),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on table meta_report_hints is 'Reports whose rows are whole only when archived objects are asked for, too: spares the second pull.';
comment on column meta_report_hints.archived_until is 'Newest day on which archived objects had rows; pulls that begin later ask without them.';

alter table insights_staging add column incomplete text[];
alter table sync_runs add column held_days integer not null default 0;
comment on column sync_runs.held_days is 'Days that were not published because the answer had fewer rows than we hold (meta_reconciliation says which).';

do $$ begin perform describe_columns('{"insights_staging.incomplete": "Fields that could not be fetched; null when all were."}'); end $$;
