-- Which silos live, for Orleans' own protocol of membership.
-- A change of a member moves the version of its cluster on by one, and happens only at the version that was read:
-- one statement does both or neither, and takes the row of the version first, so that no two of them deadlock.

create table if not exists engine.orleansmembershipversiontable
(
  deploymentid text        not null primary key,
  timestamp    timestamptz not null default now(),
  version      integer     not null default 0
);

create table if not exists engine.orleansmembershiptable
(
  deploymentid text        not null,
  address      text        not null,
  port         integer     not null,
  generation   integer     not null,
  siloname     text        not null,
  hostname     text        not null,
  status       integer     not null,
  proxyport    integer     not null,
  suspecttimes text,
  starttime    timestamptz not null,
  iamalivetime timestamptz not null,
  constraint orleansmembershiptable_pkey primary key (deploymentid, address, port, generation)
);

-- By the server's clock, where Orleans' own column has the silo's: silos are compared by it, and clocks differ.
alter table engine.orleansmembershiptable add column if not exists heard_at timestamptz not null default clock_timestamp();

insert into engine.orleansquery (querykey, querytext) values

('InsertMembershipVersionKey', $query$
with made as
(
  insert into engine.orleansmembershipversiontable (deploymentid) values (@DeploymentId)
  on conflict (deploymentid) do nothing
  returning 1
)
select count(*)::integer from made
$query$),

('MembershipReadRowKey', $query$
select cluster.version, silo.address, silo.port, silo.generation, silo.siloname, silo.hostname, silo.status, silo.proxyport,
       silo.suspecttimes, silo.starttime, silo.iamalivetime
from engine.orleansmembershipversiontable as cluster
left join engine.orleansmembershiptable as silo
  on silo.deploymentid = cluster.deploymentid and silo.address = @Address and silo.port = @Port and silo.generation = @Generation
where cluster.deploymentid = @DeploymentId
$query$),

('MembershipReadAllKey', $query$
select cluster.version, silo.address, silo.port, silo.generation, silo.siloname, silo.hostname, silo.status, silo.proxyport,
       silo.suspecttimes, silo.starttime, silo.iamalivetime
from engine.orleansmembershipversiontable as cluster
left join engine.orleansmembershiptable as silo on silo.deploymentid = cluster.deploymentid
where cluster.deploymentid = @DeploymentId
$query$),

('InsertMembershipKey', $query$
with moved as
(
  update engine.orleansmembershipversiontable as cluster set version = cluster.version + 1, timestamp = now()
  where cluster.deploymentid = @DeploymentId and cluster.version = @Version
    and not exists
    (
      select from engine.orleansmembershiptable as silo
      where silo.deploymentid = @DeploymentId and silo.address = @Address and silo.port = @Port and silo.generation = @Generation
    )
  returning cluster.deploymentid
),
made as
(
  insert into engine.orleansmembershiptable
    (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
  select moved.deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
  from moved
  returning 1
)
select count(*)::integer from made
$query$),

('UpdateMembershipKey', $query$
with moved as
(
  update engine.orleansmembershipversiontable as cluster set version = cluster.version + 1, timestamp = now()
  where cluster.deploymentid = @DeploymentId and cluster.version = @Version
    and exists
    (
      select from engine.orleansmembershiptable as silo
      where silo.deploymentid = @DeploymentId and silo.address = @Address and silo.port = @Port and silo.generation = @Generation
    )
  returning cluster.deploymentid
),
changed as
(
  update engine.orleansmembershiptable as silo set status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime,
    -- A vote of others is no sign of life, a step of its own is.
    heard_at = case when silo.status = @Status then silo.heard_at else clock_timestamp() end
  from moved
  where silo.deploymentid = moved.deploymentid and silo.address = @Address and silo.port = @Port and silo.generation = @Generation
  returning 1
)
select count(*)::integer from changed
$query$),

('UpdateIAmAlivetimeKey', $query$
update engine.orleansmembershiptable set iamalivetime = @IAmAliveTime, heard_at = clock_timestamp()
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$query$),

('GatewaysQueryKey', $query$
select address, proxyport, generation from engine.orleansmembershiptable
where deploymentid = @DeploymentId and status = @Status and proxyport > 0
$query$),

('CleanupDefunctSiloEntriesKey', $query$
delete from engine.orleansmembershiptable
where deploymentid = @DeploymentId and status = 6 and greatest(starttime, iamalivetime) < @IAmAliveTime
$query$),

('CleanupDefunctSiloEntryKey', $query$
delete from engine.orleansmembershiptable
where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
  and status = 6 and suspecttimes is not distinct from @SuspectTimes and starttime = @StartTime and iamalivetime = @IAmAliveTime
$query$),

('DeleteMembershipTableEntriesKey', $query$
with silos as (delete from engine.orleansmembershiptable where deploymentid = @DeploymentId)
delete from engine.orleansmembershipversiontable where deploymentid = @DeploymentId
$query$)

on conflict (querykey) do update set querytext = excluded.querytext where engine.orleansquery.querytext <> excluded.querytext;
