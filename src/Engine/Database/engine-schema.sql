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

-- Times are the server's. A silo is gone when its heartbeat is older than two periods.
create table if not exists engine.silos
(
  cluster_id   text        not null,
  silo         text        not null,
  name         text        not null,
  host         text        not null,
  gateway      text        not null,
  status       integer     not null,
  period       interval    not null,
  started_at   timestamptz not null,
  heartbeat_at timestamptz not null,
  primary key (cluster_id, silo)
) with (fillfactor = 50);

-- Every reminder tick of the partition that was due up to then has been delivered.
create table if not exists engine.reminder_partitions
(
  service_id     text        not null,
  partition      integer     not null,
  ticked_through timestamptz not null,
  primary key (service_id, partition)
) with (fillfactor = 50);
