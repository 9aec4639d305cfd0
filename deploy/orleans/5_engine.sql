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
    where m.deploymentid = p_cluster_id and m.status between 2 and 5
      -- One that leaves sends no heartbeat any more.
      and m.heard_at > clock_timestamp() - case when m.status > 3 then interval '1 minute' else interval '15 s' end;
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
-- died: the last one of a cluster, killed, would keep its successor out. So every silo may bury the silent: active
-- ones (those that join or leave send no heartbeat and are in nobody's way) that missed a heartbeat. It must have
-- seen that itself: when the database comes back after a while, all silos look silent for a moment.
drop function if exists engine.silent_silos(text);
create or replace function engine.silent_silos(p_cluster_id text)
returns table (address text, port integer, generation integer, heard_at timestamptz)
language sql stable as $function$
  select m.address, m.port, m.generation, m.heard_at
  from engine.orleansmembershiptable as m
  where m.deploymentid = p_cluster_id and m.status = 3 and m.heard_at < clock_timestamp() - interval '2 s'
$function$;

comment on function engine.silent_silos(text) is 'Silos of Orleans that are listed as active and missed a heartbeat';

-- As Orleans would: the silo is dead (6) from the next version on. True if nothing was heard of it since.
drop function if exists engine.bury_silo(text, text, integer, integer);
create or replace function engine.bury_silo(p_cluster_id text, p_address text, p_port integer, p_generation integer, p_heard_at timestamptz)
returns boolean
language sql as $function$
  with moved as
  (
    update engine.orleansmembershipversiontable as cluster set version = cluster.version + 1, timestamp = now()
    where cluster.deploymentid = p_cluster_id and exists
      (
        select from engine.silent_silos(p_cluster_id) as silent
        where silent.address = p_address and silent.port = p_port and silent.generation = p_generation and silent.heard_at = p_heard_at
          and silent.heard_at < clock_timestamp() - interval '4 s'
      )
    returning cluster.deploymentid
  ),
  buried as
  (
    update engine.orleansmembershiptable as silo set status = 6
    from moved
    where silo.deploymentid = moved.deploymentid and silo.address = p_address and silo.port = p_port and silo.generation = p_generation
      and silo.heard_at = p_heard_at
    returning 1
  )
  select exists (select from buried)
$function$;

comment on function engine.bury_silo(text, text, integer, integer, timestamptz) is 'Lists a silent silo of Orleans as dead; false if it was heard of meanwhile';
