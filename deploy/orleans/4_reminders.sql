-- Reminders, which both engines share. Every silo reads the range of hashes that it owns when it starts, when the
-- cluster changes and every few minutes; the stock script has no index for that.

create table if not exists engine.orleansreminderstable
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

create index if not exists orleansreminderstable_hash on engine.orleansreminderstable (serviceid, grainhash);

insert into engine.orleansquery (querykey, querytext) values

('ReadReminderRowsKey', $query$
select grainid, remindername, starttime, period, version from engine.orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId
$query$),

('ReadReminderRowKey', $query$
select grainid, remindername, starttime, period, version from engine.orleansreminderstable
where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName
$query$),

('ReadRangeRows1Key', $query$
select grainid, remindername, starttime, period, version from engine.orleansreminderstable
where serviceid = @ServiceId and grainhash > @BeginHash and grainhash <= @EndHash
$query$),

('ReadRangeRows2Key', $query$
select grainid, remindername, starttime, period, version from engine.orleansreminderstable
where serviceid = @ServiceId and (grainhash > @BeginHash or grainhash <= @EndHash)
$query$),

('UpsertReminderRowKey', $query$
insert into engine.orleansreminderstable as known (serviceid, grainid, remindername, starttime, period, grainhash, version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
on conflict (serviceid, grainid, remindername) do update
  set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = known.version + 1
returning version
$query$),

('DeleteReminderRowKey', $query$
with gone as
(
  delete from engine.orleansreminderstable
  where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName and version = @Version
  returning 1
)
select count(*)::integer from gone
$query$),

('DeleteReminderRowsKey', $query$
delete from engine.orleansreminderstable where serviceid = @ServiceId
$query$)

on conflict (querykey) do update set querytext = excluded.querytext where engine.orleansquery.querytext <> excluded.querytext;
