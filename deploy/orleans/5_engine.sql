-- Which engine a service runs on. Both keep state and reminders in the same tables, so only one of them may run.

create table if not exists engine.cluster
(
  service_id text        not null primary key,
  engine     text        not null,
  changed_at timestamptz not null
);

-- A silo that is killed says nothing: a silo of Orleans has a heartbeat every 2 s (EngineSetup), and seven missed ones
-- mean that it is gone; the portable engine states its period. Its table is made by its first silo.
create or replace function engine.living_silos(p_cluster_id text)
returns table (engine text, silo text)
language plpgsql stable as $function$
begin
  return query
    select 'Orleans', m.address || ':' || m.port
    from engine.orleansmembershiptable as m
    where m.deploymentid = p_cluster_id and m.status between 2 and 5 and m.heard_at > clock_timestamp() - interval '15 s';
  if to_regclass('engine.silos') is not null then
    return query
      select 'Portable', s.silo
      from engine.silos as s
      where s.cluster_id = p_cluster_id and s.heartbeat_at > clock_timestamp() - 2 * s.period;
  end if;
end
$function$;

comment on function engine.living_silos(text) is 'Silos of a cluster that are alive or were a moment ago, by engine';

-- Null when a silo of that engine may start now, else why it may not yet. Silos that start at once come one after the
-- other (the row is locked), and a claim that is younger than a start takes stands without a silo to show for it.
create or replace function engine.claim(p_service_id text, p_cluster_id text, p_engine text)
returns text
language plpgsql as $function$
declare
  v_claimed record;
  v_other   record;
begin
  insert into engine.cluster as known (service_id, engine, changed_at) values (p_service_id, p_engine, clock_timestamp())
  on conflict (service_id) do update set service_id = excluded.service_id
  returning known.engine, known.changed_at into v_claimed;
  select living.engine, living.silo into v_other
  from engine.living_silos(p_cluster_id) as living where living.engine <> p_engine limit 1;
  if found then
    return format('silo %s of the engine %s is alive', v_other.silo, v_other.engine);
  end if;
  if v_claimed.engine <> p_engine and v_claimed.changed_at > clock_timestamp() - interval '10 s' then
    return format('a silo of the engine %s is starting', v_claimed.engine);
  end if;
  update engine.cluster set engine = p_engine, changed_at = clock_timestamp() where service_id = p_service_id;
  return null;
end
$function$;

comment on function engine.claim(text, text, text) is 'Lets a silo of an engine start, unless one of another engine lives; says why not';

-- A silo of Orleans that joins must reach all that are listed as active, and only silos that live can find that one has
-- died: the last one of a cluster, killed, would keep its successor out. So a silo that joins may bury the silent:
-- those without a heartbeat for three periods, also counted from the server's start, while which none could be written.
create or replace function engine.silent_silos(p_cluster_id text)
returns table (address text, port integer, generation integer, silence interval)
language sql stable as $function$
  select m.address, m.port, m.generation, clock_timestamp() - greatest(m.heard_at, pg_postmaster_start_time())
  from engine.orleansmembershiptable as m
  where m.deploymentid = p_cluster_id and m.status between 2 and 5
    and greatest(m.heard_at, pg_postmaster_start_time()) < clock_timestamp() - interval '6 s'
$function$;

comment on function engine.silent_silos(text) is 'Silos of Orleans that are listed as living and have no heartbeat';

-- As Orleans would: the silo is dead (6) from the next version on. True if it was still silent.
create or replace function engine.bury_silo(p_cluster_id text, p_address text, p_port integer, p_generation integer)
returns boolean
language sql as $function$
  with moved as
  (
    update engine.orleansmembershipversiontable as cluster set version = cluster.version + 1, timestamp = now()
    where cluster.deploymentid = p_cluster_id and exists
      (
        select from engine.silent_silos(p_cluster_id) as silent
        where silent.address = p_address and silent.port = p_port and silent.generation = p_generation
      )
    returning cluster.deploymentid
  ),
  buried as
  (
    update engine.orleansmembershiptable as silo set status = 6
    from moved
    where silo.deploymentid = moved.deploymentid and silo.address = p_address and silo.port = p_port and silo.generation = p_generation
    returning 1
  )
  select exists (select from buried)
$function$;

comment on function engine.bury_silo(text, text, integer, integer) is 'Lists a silent silo of Orleans as dead; false if it is not silent';
