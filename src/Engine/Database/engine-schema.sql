-- What the engine keeps in PostgreSQL. Safe to run twice. The first two tables are those of the Orleans AdoNet
-- providers, plus what the stock scripts lack: a unique key of state, an index on the reminder hash.

create table if not exists orleansstorage
(
  grainidhash            integer     not null,
  grainidn0              bigint      not null,
  grainidn1              bigint      not null,
  graintypehash          integer     not null,
  graintypestring        text        not null,
  grainidextensionstring text,
  serviceid              text        not null,
  payloadbinary          bytea,
  modifiedon             timestamptz not null default now(),
  version                integer     not null
) with (fillfactor = 80);

create unique index if not exists orleansstorage_key on orleansstorage
  (grainidhash, graintypehash, grainidn0, grainidn1, serviceid, graintypestring, coalesce(grainidextensionstring, ''));

create table if not exists orleansreminderstable
(
  serviceid    text        not null,
  grainid      text        not null,
  remindername text        not null,
  starttime    timestamptz not null,
  period       bigint      not null,
  grainhash    integer     not null,
  version      integer     not null,
  constraint orleansreminderstable_pkey primary key (serviceid, grainid, remindername)
);

create index if not exists orleansreminderstable_hash on orleansreminderstable (serviceid, grainhash);

create schema if not exists engine;

-- Which engine a service runs on; the other one does not start beside it.
create table if not exists engine.cluster
(
  service_id text        not null primary key,
  engine     text        not null,
  changed_at timestamptz not null
);

-- Rows of silos are worth nothing without their silos: a table of an older form is made anew.
do $$
begin
  if to_regclass('engine.silos') is not null and to_regclass('engine.partitions') is null then
    drop table engine.silos;
  end if;
end $$;

-- A row per silo; its own heartbeat keeps it. Times are the server's. The status is a number of Orleans: 2 joining,
-- 3 active, 4 draining, 6 dead. The version counts changes of the status.
create table if not exists engine.silos
(
  service_id    text        not null,
  cluster_id    text        not null,
  silo          text        not null,
  name          text        not null,
  host          text        not null,
  address       text        not null,
  generation    integer     not null,
  gateway       text        not null,
  release       text        not null,
  status        integer     not null,
  version       bigint      not null default 1,
  period        interval    not null,
  started_at    timestamptz not null,
  heartbeat_at  timestamptz not null,
  activations   integer     not null default 0,
  reminders     integer     not null default 0,
  reminder_lag  interval    not null default '0',
  grains        jsonb       not null default '{}',
  primary key (service_id, cluster_id, silo)
) with (fillfactor = 50);

-- Who owns the grains of a partition. Whoever takes it raises the epoch; every write of state checks both.
create table if not exists engine.partitions
(
  service_id  text        not null,
  partition   integer     not null,
  owner       text,
  epoch       bigint      not null default 0,
  owned_since timestamptz,
  primary key (service_id, partition)
) with (fillfactor = 50);

-- Every reminder tick of the partition that was due up to then has been delivered.
create table if not exists engine.reminder_partitions
(
  service_id     text        not null,
  partition      integer     not null,
  ticked_through timestamptz not null,
  primary key (service_id, partition)
) with (fillfactor = 50);

-- A silo holds a session lock as long as it is connected. It is gone when the lock is free and its heartbeat older than
-- two periods; a frozen one, whose connection stays open, after six. Right after its own start the server judges nobody.
create or replace view engine.silo_health as
select s.*, h.silence, h.lock_held,
       (h.silence > 6 * s.period or (not h.lock_held and h.silence > 2 * s.period))
         and clock_timestamp() - pg_postmaster_start_time() > 2 * s.period as is_gone
from engine.silos s
cross join lateral (select clock_timestamp() - s.heartbeat_at as silence,
  exists (select from pg_locks l
          where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
            and l.database = (select oid from pg_database where datname = current_database())
            and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('metagrains silo ' || s.service_id || ' ' || s.cluster_id || ' ' || s.silo, 0)) as lock_held) h;

-- For people and for the API: the silos with what they hold.
create or replace view engine.cluster_silos as
select s.service_id, s.cluster_id, s.silo, s.name, s.host, s.address, s.generation, s.gateway, s.release,
       case when s.status = 6 or s.is_gone then 'dead' when s.status = 3 then 'active' when s.status = 4 then 'draining' else 'joining' end as status,
       s.version, s.started_at, s.heartbeat_at, s.silence as heartbeat_age, s.lock_held,
       (select count(*) from engine.partitions p where p.service_id = s.service_id and p.owner = s.silo)::integer as partitions,
       s.activations, s.reminders, s.reminder_lag, s.grains
from engine.silo_health s;

-- For people and for the API: who owns what, since when, and how far its reminders are.
create or replace view engine.cluster_partitions as
select p.service_id, p.partition, p.owner, p.epoch, p.owned_since, r.ticked_through
from engine.partitions p left join engine.reminder_partitions r using (service_id, partition);
