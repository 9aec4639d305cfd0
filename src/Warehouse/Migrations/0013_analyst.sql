-- People who read, and see their tenants only. The service connects as the owner of the tables, whom row-level security
-- does not concern: it neither blocks nor slows what is published.

create table analyst_grants (
  role_name name not null,
  tenant_id uuid not null references tenants (id) on delete cascade,
  granted_at timestamptz not null default now(),
  primary key (role_name, tenant_id)
);
comment on table analyst_grants is 'Which tenants a database role may read; the role must be a member of metagrains_analyst.';
comment on column analyst_grants.role_name is 'The role, or a group role: its members see the tenant, too.';
comment on column analyst_grants.tenant_id is 'A tenant that the role sees.';
comment on column analyst_grants.granted_at is 'Since when.';

-- Asked once per query, of the role that asks; row-level security leaves an analyst its own rows of analyst_grants.
-- Its own search path: a temporary table of an analyst must not stand in for the grants.
create function analyst_tenants() returns uuid[] language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct g.tenant_id), '{}')
  from public.analyst_grants g join pg_catalog.pg_roles r on r.rolname = g.role_name
  where pg_catalog.pg_has_role(current_user, r.oid, 'member')
$$;
comment on function analyst_tenants() is 'The tenants that the current role may read.';

-- Tables that no analyst reads: keys, what Meta pushed, what people did, and what is not published yet.
create function ensure_analyst_access() returns boolean language plpgsql as $$
declare
  place record;
begin
  begin
    if not exists (select from pg_roles where rolname = 'metagrains_analyst') then
      create role metagrains_analyst nologin;
    end if;
  exception
    when insufficient_privilege then
      raise notice 'this user may not create the role metagrains_analyst: have it created, then select ensure_analyst_access()';
      return false;
    when duplicate_object or unique_violation then
      null;
  end;
  grant usage on schema public to metagrains_analyst;
  for place in
    select c.oid, c.relname, c.relkind, c.relrowsecurity,
           (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end) as tenant,
           (select not a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as shared
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
      and c.relname not in ('api_keys', 'webhook_inbox', 'audit_log', 'insights_staging', 'integration_secrets', 'schema_migrations', 'account_settings_versions', 'settings_versions')
      and c.relname !~ '^meta_insights_(daily|raw)_[0-9]{4}_[0-9]{2}$'
    order by c.relname
  loop
    -- Before PostgreSQL 15 a view reads with its owner's rights, past every policy: there analysts read tables alone.
    continue when place.relkind = 'v' and current_setting('server_version_num')::int < 150000;
    if place.relkind <> 'v' and place.tenant is not null then
      if not place.relrowsecurity then
        execute format('alter table public.%I enable row level security', place.relname);
      end if;
      if not exists (select from pg_policy where polrelid = place.oid and polname = 'analyst') then
        if place.relname = 'analyst_grants' then
          execute 'create policy analyst on public.analyst_grants for select to metagrains_analyst
            using (exists (select from pg_roles r where r.rolname = role_name and pg_has_role(current_user, r.oid, ''member'')))';
        else
          execute format('create policy analyst on public.%I for select to metagrains_analyst using (%I = any ((select public.analyst_tenants())::uuid[]) %s)',
            place.relname, place.tenant, case when place.shared then 'or tenant_id is null' end);
        end if;
      end if;
    end if;
    -- A table without a tenant is of all: tiers.
    if place.relkind = 'v' or place.tenant is not null or place.relname = 'meta_sync_config' then
      execute format('grant select on public.%I to metagrains_analyst', place.relname);
    end if;
  end loop;
  return true;
end $$;
comment on function ensure_analyst_access() is 'Makes the role metagrains_analyst and gives it what it may read; safe to call again, and needed after a migration that adds tables.';

do $$ begin perform ensure_analyst_access(); end $$;
