-- A run over one campaign, ad set or ad says so in what was asked for.

comment on column sync_runs.request is
  'What was asked for: {"since", "until"} or {"date_preset"}, and {"entity", "entity_level"} for one campaign, ad set or ad alone; null for a scheduled run.';
comment on column sync_runs.held_days is
  'Days that were not published because the answer had fewer rows than we hold: meta_reconciliation says which, but for runs over one entity.';
