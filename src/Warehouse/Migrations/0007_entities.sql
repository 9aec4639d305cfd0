-- Campaigns, ad sets, ads and creatives as Meta last described them, and how they were described before. No foreign key
-- to a parent: children may be read first, and outlive a parent that was deleted.

create table meta_campaigns (
  tenant_id uuid not null,
  ad_account_id text not null,
  campaign_id text not null,
  name text not null,
  objective text,
  status text,
  configured_status text,
  effective_status text,
  buying_type text,
  bid_strategy text,
  daily_budget numeric,
  lifetime_budget numeric,
  budget_remaining numeric,
  spend_cap numeric,
  special_ad_categories text[],
  start_time timestamptz,
  stop_time timestamptz,
  created_time timestamptz,
  updated_time timestamptz,
  promoted_object jsonb,
  issues jsonb,
  raw jsonb not null,
  content_hash bigint not null,
  first_seen timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, ad_account_id, campaign_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
comment on table meta_campaigns is 'Campaigns as Meta last described them.';

create table meta_ad_sets (
  tenant_id uuid not null,
  ad_account_id text not null,
  adset_id text not null,
  campaign_id text,
  name text not null,
  status text,
  configured_status text,
  effective_status text,
  daily_budget numeric,
  lifetime_budget numeric,
  budget_remaining numeric,
  bid_amount numeric,
  bid_strategy text,
  billing_event text,
  optimization_goal text,
  destination_type text,
  learning_status text,
  start_time timestamptz,
  end_time timestamptz,
  created_time timestamptz,
  updated_time timestamptz,
  targeting_countries text[],
  targeting_age_min integer,
  targeting_age_max integer,
  targeting_genders text[],
  targeting_platforms text[],
  targeting_audiences text[],
  targeting_excluded_audiences text[],
  targeting_interests text[],
  targeting_automatic boolean,
  targeting jsonb,
  attribution_spec jsonb,
  promoted_object jsonb,
  issues jsonb,
  raw jsonb not null,
  content_hash bigint not null,
  first_seen timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, ad_account_id, adset_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create index meta_ad_sets_of_campaign on meta_ad_sets (tenant_id, campaign_id);
comment on table meta_ad_sets is 'Ad sets as Meta last described them; whom they are shown to is in the columns targeting_….';

create table meta_ads (
  tenant_id uuid not null,
  ad_account_id text not null,
  ad_id text not null,
  adset_id text,
  campaign_id text,
  creative_id text,
  name text not null,
  status text,
  configured_status text,
  effective_status text,
  source_ad_id text,
  preview_link text,
  created_time timestamptz,
  updated_time timestamptz,
  review_feedback jsonb,
  issues jsonb,
  tracking_specs jsonb,
  conversion_specs jsonb,
  raw jsonb not null,
  content_hash bigint not null,
  first_seen timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, ad_account_id, ad_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create index meta_ads_of_adset on meta_ads (tenant_id, adset_id);
create index meta_ads_of_campaign on meta_ads (tenant_id, campaign_id);
create index meta_ads_of_creative on meta_ads (tenant_id, creative_id);
comment on table meta_ads is 'Ads as Meta last described them; the campaign stands on the ad, so that no join is needed to ask by campaign.';

create table meta_creatives (
  tenant_id uuid not null,
  ad_account_id text not null,
  creative_id text not null,
  name text not null,
  status text,
  object_type text,
  title text,
  body text,
  call_to_action text,
  link_url text,
  url_tags text,
  page_id text,
  instagram_user_id text,
  image_hash text,
  image_url text,
  thumbnail_url text,
  video_id text,
  object_story_id text,
  effective_object_story_id text,
  product_set_id text,
  assets jsonb not null default '[]',
  object_story_spec jsonb,
  asset_feed_spec jsonb,
  raw jsonb not null,
  content_hash bigint not null,
  first_seen timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, ad_account_id, creative_id),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
comment on table meta_creatives is 'What people see: texts, pictures, videos, links.';

create table meta_entity_versions (
  tenant_id uuid not null,
  ad_account_id text not null,
  kind text not null check (kind in ('campaign', 'adset', 'ad', 'creative')),
  entity_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  content jsonb not null,
  changed_fields text[] not null,
  content_hash bigint not null,
  primary key (tenant_id, ad_account_id, kind, entity_id, valid_from),
  check (valid_to > valid_from),
  foreign key (tenant_id, ad_account_id) references ad_accounts (tenant_id, ad_account_id)
);
create unique index meta_entity_versions_open on meta_entity_versions (tenant_id, ad_account_id, kind, entity_id) where valid_to is null;
comment on table meta_entity_versions is 'How an object was described, from when to when. Values that change by themselves (signed URLs, budget_remaining) are left out.';
comment on column meta_entity_versions.kind is 'campaign, adset, ad or creative.';
comment on column meta_entity_versions.entity_id is 'The object''s id at Meta.';
comment on column meta_entity_versions.valid_from is 'When this program first saw it described so.';
comment on column meta_entity_versions.valid_to is 'When it was first seen described otherwise, or gone; null while it holds.';
comment on column meta_entity_versions.content is 'Meta''s description without the values that change by themselves.';
comment on column meta_entity_versions.changed_fields is 'Top-level fields that differ from the version before; empty for the first one.';

create view meta_entity_issues as
select tenant_id, ad_account_id, 'campaign' as kind, campaign_id as entity_id, name, campaign_id, null::text as adset_id, null::text as ad_id, issue
from meta_campaigns cross join lateral jsonb_array_elements(issues) issue where deleted_at is null
union all
select tenant_id, ad_account_id, 'adset', adset_id, name, campaign_id, adset_id, null, issue
from meta_ad_sets cross join lateral jsonb_array_elements(issues) issue where deleted_at is null
union all
select tenant_id, ad_account_id, 'ad', ad_id, name, campaign_id, adset_id, ad_id, issue
from meta_ads cross join lateral jsonb_array_elements(issues) issue where deleted_at is null;
comment on view meta_entity_issues is 'What keeps objects from delivering, one row per issue of an object that still exists.';
comment on column meta_entity_issues.kind is 'campaign, adset or ad.';
comment on column meta_entity_issues.entity_id is 'The object''s id at Meta.';
comment on column meta_entity_issues.issue is 'Meta''s element of issues_info: error_code, error_summary, error_message, error_type, level.';

-- One sentence per column, once: a column without a comment gets the one that its table and name ask for, else the one
-- that its name alone does, else that of the fact or the account under the same name.
create function describe_columns(p_words jsonb) returns void language plpgsql as $$
declare
  place record;
begin
  for place in
    select c.oid::regclass as relation, a.attname as name,
           coalesce(p_words ->> (c.relname || '.' || a.attname), p_words ->> a.attname::text, known.words) as words,
           case c.relkind when 'v' then 'view' else 'table' end as kind
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join lateral (
      select col_description(o.attrelid, o.attnum) as words
      from unnest(array['meta_insights_daily', 'ad_accounts', 'daily_meta_metrics', 'account_schedule', 'sync_runs', 'meta_ads', 'meta_ad_sets', 'meta_campaigns',
        'data_freshness_marks', 'client_api_credentials', 'meta_sync_config']) with ordinality as k (name, rank)
      join pg_attribute o on o.attrelid = to_regclass('public.' || k.name) and o.attname = a.attname and o.attrelid <> c.oid
      where col_description(o.attrelid, o.attnum) is not null
      order by k.rank limit 1
    ) known on true
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
      and col_description(c.oid, a.attnum) is null
    -- Tables first: views take their words from them.
    order by c.relkind = 'v', c.oid, a.attnum
  loop
    if place.words is not null then
      execute format('comment on column %s.%I is %L', place.relation, place.name, place.words);
    end if;
  end loop;
end $$;
comment on function describe_columns(jsonb) is 'Gives columns that have no comment the words for their name. Used by migrations.';

comment on table ad_accounts is 'Ad accounts of tenants: what Meta says of them, and what people decided.';
comment on table api_keys is 'Keys of tenants for the REST API; only their hashes.';
comment on table sync_runs is 'Every run: what it was to read, what it did, or why it failed.';
comment on table sync_cursors is 'How far each job of an account has come, and who may publish for it.';
comment on view meta_insights_account_daily is 'One row per account and day, from the account''s own answer.';
comment on view meta_insights_campaign_daily is 'One row per campaign and day.';
comment on view meta_insights_adset_daily is 'One row per ad set and day.';
comment on view meta_insights_ad_daily is 'One row per ad and day.';

do $$ begin
  if to_regclass('public.schema_migrations') is not null then
    comment on table schema_migrations is 'Which steps of the schema this database has.';
  end if;
end $$;

do $$ begin perform describe_columns($words$ {
  "tenant_id": "tenants.id.",
  "ad_account_id": "Meta's node id of the ad account, act_ followed by digits.",
  "date": "Day in the account's time zone.",
  "report": "Name of the report definition that was asked; with the level it says what a row is about.",
  "level": "account, campaign, adset or ad: what one row is about.",
  "entity_id": "The id of the object at the row's level; at account level the account's bare number.",
  "campaign_id": "The campaign's id at Meta; null above campaign level.",
  "adset_id": "The ad set's id at Meta; null above ad-set level.",
  "ad_id": "The ad's id at Meta; null above ad level.",
  "creative_id": "The creative's id at Meta.",
  "breakdown_key": "The row's breakdown values as text, name=value in name order; empty for none.",
  "breakdowns": "The row's breakdown values as an object; null for none.",
  "attribution_window": "The attribution setting that the plain value follows; \"default\" where Meta names none.",
  "currency": "ISO 4217 code, from the account, of every amount in the row.",
  "impressions": "Times that ads were shown. Source: impressions.",
  "clicks": "Clicks of all kinds. Source: clicks.",
  "conversions": "Purchases plus leads: two families that do not overlap.",
  "purchase_value": "What the purchases were worth, in currency. Source: action_values of the type that purchases counts.",
  "content_hash": "64 bits of SHA-256 over what is compared to see a change.",
  "first_seen": "When this program first published the row.",
  "updated_at": "When the row was last written.",
  "created_at": "When the row was made.",
  "run_id": "The run that last wrote the row (sync_runs).",
  "name": "Its name, for people.",

  "tenants.id": "The tenant. Everything that belongs to it carries this as tenant_id.",
  "tenants.slug": "Its name in URLs: lower-case letters, digits and hyphens.",
  "tenants.deleted_at": "When it was deleted: nothing of it is synced or shown any more; null while it lives.",
  "settings_version": "Rises with every change of a setting; a grain compares it with what it has applied.",
  "integrations.id": "The connection.",
  "integrations.platform": "Always \"meta\".",
  "integrations.name": "The connection's name within its tenant, such as main.",
  "integrations.status": "active, expired (the token), revoked (by its person) or disabled (by us).",
  "accounts_seen": "Ad accounts that it listed when it was last read.",
  "discovery_error": "Why its accounts could not be listed the last time, for a person; null when they could.",
  "discovery_error_code": "Meta's error code with it.",
  "integration_id": "The connection whose token reaches the account; null for none.",
  "integration_secrets.kind": "Always access_token.",
  "nonce": "96 bits, random per encryption.",
  "ciphertext": "The encrypted token with its tag.",
  "ad_accounts.name": "The account's name at Meta.",
  "ad_accounts.currency": "ISO 4217 code in which Meta bills the account.",
  "disable_reason": "Meta's code of why the account is disabled; 0 or null for none.",
  "ad_accounts.enabled": "Whether people want it synced.",
  "tier": "Row of meta_sync_config that says how often and how far back.",
  "attribution_window_days": "Days of the job fresh: how long after a click results may still arrive.",
  "report_definitions.id": "The definition.",
  "report_definitions.tenant_id": "For this tenant only; null for all.",
  "report_definitions.ad_account_id": "For this account only; null for all of the tenant.",
  "report_definitions.report": "Its name; a narrower row of the same name replaces a wider one.",
  "report_definitions.fields": "Fields of the Insights API beyond ids, dates, currency and attribution setting.",
  "report_definitions.breakdowns": "Breakdowns of the Insights API; empty for none.",
  "report_definitions.attribution_windows": "Attribution windows asked for beside the default.",
  "report_definitions.filtering": "Filters as Meta takes them: [{\"field\", \"operator\", \"value\"}].",
  "report_definitions.position": "Order in which an account's reports are read.",
  "report_definitions.enabled": "False hides a wider row of the same name without replacing it.",
  "sync_runs.run_id": "The run.",
  "job": "tier, fresh, initial, incremental, deep, entities, reconcile or backfill.",
  "trigger": "Who started it: schedule, api, cli, connect, webhook …",
  "sync_runs.status": "queued, running, succeeded, failed, superseded (a later run took over) or cancelled.",
  "run_epoch": "The fence: only the run with the newest epoch of its account and job may publish.",
  "window_since": "First day read, in the account's zone.",
  "window_until": "Last day read, in the account's zone.",
  "started_at": "When work on it began.",
  "finished_at": "When it ended.",
  "duration_ms": "Milliseconds from start to end.",
  "retries": "Requests beyond the first for the same page.",
  "pages": "Pages read.",
  "bytes": "Bytes of the answers after content decoding.",
  "rows_read": "Rows that Meta answered in published slices.",
  "rows_inserted": "Rows that were new.",
  "rows_changed": "Rows whose content differed.",
  "rows_unchanged": "Rows that were as before and were not written.",
  "rows_vanished": "Rows that Meta no longer answers; moved to meta_insights_tombstones.",
  "entities": "Objects read, by kind.",
  "permits_waited_ms": "Milliseconds that it waited for the budget.",
  "rate_limited": "Whether Meta refused a call because of a limit.",
  "error_code": "Meta's error code.",
  "error_subcode": "Meta's error subcode.",
  "error_trace": "Meta's trace id, for its support.",
  "error_message": "What went wrong, for a person; never holds a token.",
  "requested_at": "When somebody asked for it; null for a run of its own accord.",
  "sync_cursors.active_run": "The run that holds the pen; null for none.",

  "meta_insights_daily.tenant_id": "tenants.id.",
  "vanished_at": "When Meta was first seen not to answer the row any more.",
  "vanished_run_id": "The run that saw it.",
  "meta_insights_raw.row_key": "The row's key in meta_insights_daily.",
  "meta_insights_raw.run_id": "The run that fetched it.",
  "fetched_at": "When it was fetched.",
  "payload": "The row exactly as Meta sent it.",
  "slice": "Number of the slice within the run, from 0.",
  "page": "Number of the page within the slice, from 0.",
  "insights_staging.raw": "The row exactly as Meta sent it.",
  "campaigns": "Campaigns that delivered on the day.",

  "accounts": "Ad accounts that delivered on the day.",
  "roas": "Revenue per unit spent; null when nothing was spent.",
  "cost_per_conversion": "Spend per conversion, in currency; null without conversions.",
  "ctr": "Clicks per impression, a fraction; null without impressions.",
  "cpc": "Spend per click, in currency; null without clicks.",
  "cpm": "Spend per 1,000 impressions, in currency; null without impressions.",
  "cpa": "Spend per conversion, in currency; null without conversions.",
  "conversion_rate": "Conversions per click, a fraction; null without clicks.",
  "daily_summary_tenant.spend": "Sum over the tenant's accounts of this currency.",

  "meta_sync_config.tier": "high, medium, low, or a name of the operator's.",
  "interval_minutes": "Minutes from one due time to the next.",
  "meta_sync_config.description": "What the tier is for.",
  "api_keys.id": "The key's id, which may be shown.",
  "api_keys.name": "What the key is for, for people.",
  "revoked_at": "When it was revoked: it opens nothing since then; null while it is valid.",
  "health_since": "Since when the health has been so.",
  "health_next_try": "When it is tried again by itself; null when only a person can help, or nothing is wrong.",
  "health_reason": "Why, in a sentence for a person.",
  "rate_limit_backoff_until": "Until when no call is made because Meta reached a limit; null or past for no wait.",
  "retry_at": "When a failed run is tried again; null for none.",
  "last_error_at": "When the last run failed.",
  "last_error_kind": "What the failure means: Transient, Throttled, Refused, TokenDead, Checkpointed, PermissionLost or AccountDisabled.",
  "last_error": "What the last failed run said.",
  "last_error_advice": "What a person can do about it.",
  "last_error_code": "Meta's error code.",
  "last_error_subcode": "Meta's error subcode.",
  "last_error_trace": "Meta's trace id, for its support.",
  "consecutive_errors": "Runs that failed one after the other since the last success.",
  "settings_versions.name": "What is counted.",
  "settings_versions.version": "Rises with every change.",
  "account_settings_versions.version": "Changes whenever anything changes that the account's grain must know; compared for equality only.",
  "account_settings_versions.enabled": "Whether people want the account synced.",
  "tenant_deleted": "Whether its tenant was deleted.",
  "schema_migrations.version": "Number of the step.",
  "schema_migrations.name": "File name of the step.",
  "checksum": "SHA-256 of its text: a step that was applied never changes.",
  "applied_at": "When it was applied.",

  "meta_backfill_jobs.id": "The backfill.",
  "backfill_id": "The backfill (meta_backfill_jobs).",
  "meta_backfill_chunks.status": "queued, running, completed, failed or cancelled.",
  "webhook_inbox.id": "Order of arrival.",
  "received_at": "When it arrived.",
  "webhook_inbox.status": "new, done, ignored or failed.",
  "audit_log.id": "Order of events.",

  "objective": "What it is meant to achieve, such as OUTCOME_LEADS.",
  "meta_ads.status": "What its owner set: ACTIVE, PAUSED, ARCHIVED or DELETED.",
  "meta_campaigns.status": "What its owner set: ACTIVE, PAUSED, ARCHIVED or DELETED.",
  "meta_ad_sets.status": "What its owner set: ACTIVE, PAUSED, ARCHIVED or DELETED.",
  "meta_creatives.status": "ACTIVE, IN_PROCESS, WITH_ISSUES or DELETED.",
  "configured_status": "As status; the older field.",
  "effective_status": "Whether it really runs: a paused parent shows here as CAMPAIGN_PAUSED or ADSET_PAUSED.",
  "buying_type": "AUCTION or RESERVED.",
  "bid_strategy": "How bids are made, such as LOWEST_COST_WITHOUT_CAP.",
  "daily_budget": "Per day, in MINOR units of the account's currency (cents); null where the budget is elsewhere.",
  "lifetime_budget": "For its whole life, in MINOR units of the account's currency; null where the budget is elsewhere.",
  "budget_remaining": "What is left, in MINOR units of the account's currency, when the row was last written.",
  "spend_cap": "Most it may spend, in MINOR units of the account's currency.",
  "special_ad_categories": "HOUSING, EMPLOYMENT, CREDIT …; empty for none.",
  "start_time": "When it starts; null where Meta gives none (it writes 1969-12-31).",
  "stop_time": "When it stops; null for open end.",
  "end_time": "When it ends; null for open end.",
  "created_time": "When it was made at Meta.",
  "updated_time": "When it was last changed at Meta.",
  "promoted_object": "What is promoted: pixel and event, page, app …",
  "issues": "Meta's issues_info: what keeps it from delivering; null for none.",
  "meta_campaigns.raw": "As Meta sent it last.",
  "meta_ad_sets.raw": "As Meta sent it last.",
  "meta_ads.raw": "As Meta sent it last.",
  "meta_creatives.raw": "As Meta sent it last.",
  "deleted_at": "When a census of all ids was first seen without it; null while it is there.",
  "bid_amount": "Bid or cost cap, in MINOR units of the account's currency.",
  "billing_event": "What is paid for, such as IMPRESSIONS.",
  "optimization_goal": "What delivery is tuned to, such as LEAD_GENERATION.",
  "destination_type": "Where people are led, such as WEBSITE or MESSENGER.",
  "learning_status": "LEARNING, SUCCESS or FAIL: learning_stage_info.status.",
  "targeting_countries": "Countries, ISO 3166 two letters: geo_locations.countries.",
  "targeting_age_min": "Youngest age, years.",
  "targeting_age_max": "Oldest age, years.",
  "targeting_genders": "male, female; null for all.",
  "targeting_platforms": "facebook, instagram, audience_network, messenger, threads; null for automatic placement.",
  "targeting_audiences": "Ids of custom audiences that are included.",
  "targeting_excluded_audiences": "Ids of custom audiences that are excluded.",
  "targeting_interests": "Names of interests and behaviours, over all flexible specs.",
  "targeting_automatic": "Whether Meta may go beyond the targeting (Advantage+ audience); null where it does not say.",
  "targeting": "Meta's whole targeting spec.",
  "attribution_spec": "The attribution setting: event types and window days.",
  "source_ad_id": "The ad it was copied from.",
  "preview_link": "Shareable preview.",
  "review_feedback": "Why Meta disapproved it, by rule; null when it did not.",
  "tracking_specs": "What is tracked, as Meta says it.",
  "conversion_specs": "What counts as a conversion, as Meta says it.",
  "object_type": "SHARE, VIDEO, PHOTO, STATUS …",
  "title": "The headline.",
  "body": "The main text.",
  "call_to_action": "The button, such as LEARN_MORE.",
  "link_url": "Where a click leads.",
  "url_tags": "Query parameters that are added to the link.",
  "page_id": "The page in whose name it is shown.",
  "instagram_user_id": "The Instagram account in whose name it is shown.",
  "image_hash": "The picture, by Meta's hash.",
  "image_url": "The picture; signed, it expires.",
  "thumbnail_url": "A small picture; signed, it expires.",
  "video_id": "The video, by Meta's id.",
  "object_story_id": "The page post that is promoted.",
  "effective_object_story_id": "The page post that is really shown.",
  "product_set_id": "The product set of a catalogue ad.",
  "assets": "Every picture, video, text, title and link of it: [{\"kind\", \"id\", \"text\", \"url\"}].",
  "object_story_spec": "Meta's whole story spec.",
  "asset_feed_spec": "Meta's whole asset feed of a dynamic creative."
} $words$::jsonb); end $$;

do $$
declare
  name text;
begin
  if current_setting('server_version_num')::int >= 150000 then
    foreach name in array array['data_freshness', 'client_api_credentials', 'meta_sync_status', 'meta_entity_issues'] loop
      execute format('alter view public.%I set (security_invoker = true)', name);
    end loop;
  end if;
end $$;
