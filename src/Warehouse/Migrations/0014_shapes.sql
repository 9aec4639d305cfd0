-- How each report of each account has to be asked for, and the asynchronous reports that are being made.

create table report_shapes (
  tenant_id uuid not null,
  ad_account_id text not null,
  report text not null,
  shape jsonb not null,
  words text,
  rows_per_day bigint not null,
  learned_at timestamptz not null,
  forgiven_at timestamptz,
  updated_at timestamptz not null,
  asynchronous boolean not null generated always as ((shape ->> 'asynchronous')::boolean) stored,
  days integer not null generated always as ((shape ->> 'days')::integer) stored,
  page_limit integer not null generated always as ((shape ->> 'page_limit')::integer) stored,
  parts integer not null generated always as ((shape ->> 'parts')::integer) stored,
  lost text[] not null,
  primary key (tenant_id, ad_account_id, report),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
comment on table report_shapes is 'How large one request of a report may be for an account: what Meta''s refusals taught. A run begins with what fitted last; deleting a row makes it begin with the whole question.';

create table report_runs (
  tenant_id uuid not null,
  ad_account_id text not null,
  question text not null,
  report_run_id text not null,
  state text not null,
  attempt integer not null,
  percent integer not null,
  started_at timestamptz not null,
  progress_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, ad_account_id, question),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id) on delete cascade
);
create index report_runs_expiry on report_runs (expires_at);
comment on table report_runs is 'Asynchronous reports that Meta is making: a run that died goes on with them. A row goes when its report was read.';

alter table sync_runs add column shape text;

do $$ begin
  perform describe_columns($words$ {
    "report_shapes.tenant_id": "The tenant.",
    "report_shapes.ad_account_id": "The account, act_….",
    "report_shapes.report": "Name of the report, as in report_definitions.",
    "report_shapes.shape": "The whole shape, as the program reads it.",
    "report_shapes.words": "How the report is asked for, in words; null when it is asked for as a whole.",
    "report_shapes.rows_per_day": "Rows of a day, as last read: large answers are asked for by asynchronous report.",
    "report_shapes.learned_at": "When a refusal last changed the shape; the first read until then.",
    "report_shapes.forgiven_at": "When lost fields were last given another chance (weekly); null for never.",
    "report_shapes.updated_at": "When the row was last written.",
    "report_shapes.asynchronous": "Whether the report is asked for by asynchronous report.",
    "report_shapes.days": "Days of one request, at most.",
    "report_shapes.page_limit": "Rows of a page, at most.",
    "report_shapes.parts": "Into how many parts the objects are cut.",
    "report_shapes.lost": "Fields that Meta cannot deliver for this account; rows name them in incomplete.",
    "report_runs.tenant_id": "The tenant.",
    "report_runs.ad_account_id": "The account, act_….",
    "report_runs.question": "Hash of everything that was asked: a report answers its own question alone.",
    "report_runs.report_run_id": "Meta's id of the report.",
    "report_runs.state": "What the last poll said: queued, running, completed, failed, skipped or unknown.",
    "report_runs.attempt": "How often the question was asked, from 1.",
    "report_runs.percent": "Largest percentage seen.",
    "report_runs.started_at": "When it was asked for.",
    "report_runs.progress_at": "When the percentage last grew or the state last changed.",
    "report_runs.expires_at": "When Meta forgets it; upkeep removes the row then.",
    "sync_runs.shape": "How reports were asked for that do not fit as a whole; null when all did."
  } $words$::jsonb);
  perform ensure_analyst_access();
end $$;
