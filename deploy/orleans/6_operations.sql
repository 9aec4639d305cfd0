-- What operators see and ask of silos, whichever engine runs.

-- Who is to leave: each silo looks for its own name.
create table if not exists engine.drains
(
  service_id   text        not null,
  silo         text        not null,
  requested_at timestamptz not null default clock_timestamp(),
  primary key (service_id, silo)
);

-- Silos that live or died within the hour. What only one engine tells is null on the other; the portable engine's own
-- tables are made by its first silo.
create or replace function engine.cluster_overview(p_service_id text)
returns table
(
  engine text, silo text, name text, host text, gateway text, release text, status text, started_at timestamptz, heartbeat_at timestamptz,
  partitions integer, activations integer, reminders integer, reminder_lag interval, drain_asked_at timestamptz
)
language plpgsql stable as $function$
begin
  return query
    select 'Orleans', m.address || ':' || m.port || '@' || m.generation, m.siloname, m.hostname,
           case when m.proxyport > 0 then m.address || ':' || m.proxyport end, null,
           case when m.status = 6 then 'dead' when m.status in (4, 5) then 'draining' when m.status = 3 then 'active' else 'joining' end,
           m.starttime, m.heard_at, null::integer, null::integer, null::integer, null::interval, d.requested_at
    from engine.orleansmembershiptable as m
    left join engine.drains as d on d.service_id = m.deploymentid and d.silo = m.address || ':' || m.port || '@' || m.generation
    where m.deploymentid = p_service_id and (m.status <> 6 or m.heard_at > clock_timestamp() - interval '1 h');
  if to_regclass('engine.cluster_silos') is not null then
    return query execute
      $query$
      select 'Portable', s.silo, s.name, s.host, s.gateway, s.release, s.status, s.started_at, s.heartbeat_at,
             s.partitions, s.activations, s.reminders, s.reminder_lag, d.requested_at
      from engine.cluster_silos as s left join engine.drains as d using (service_id, silo)
      where s.service_id = $1 and (s.status <> 'dead' or s.heartbeat_at > clock_timestamp() - interval '1 h')
      $query$ using p_service_id;
  end if;
end
$function$;

comment on function engine.cluster_overview(text) is 'The silos of a service with what they hold, whichever engine runs';

-- Asks a silo to leave, named in full (10.0.0.5:11111@530812345), without its generation, or by its name. Null when no such one lives.
create or replace function engine.drain(p_service_id text, p_silo text)
returns text
language sql as $function$
  delete from engine.drains where requested_at < clock_timestamp() - interval '1 day';
  insert into engine.drains as asked (service_id, silo)
  select p_service_id, living.silo
  from engine.cluster_overview(p_service_id) as living
  where living.status <> 'dead' and p_silo in (living.silo, split_part(living.silo, '@', 1), living.name)
  on conflict (service_id, silo) do update set requested_at = asked.requested_at
  returning silo;
$function$;

comment on function engine.drain(text, text) is 'Asks a silo to give its grains away and to end';
