-- State of grains: the rows that both engines read and write. A row comes back where something was written, none where
-- the row had another version. Beside what the stock script has, there is a unique key: without it two first writes at
-- once make two rows, and the grain can never be read again.

create table if not exists engine.orleansstorage
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

create unique index if not exists orleansstorage_key on engine.orleansstorage
  (grainidhash, graintypehash, grainidn0, grainidn1, serviceid, graintypestring, coalesce(grainidextensionstring, ''));

insert into engine.orleansquery (querykey, querytext) values

('ReadFromStorageKey', $query$
select payloadbinary, version from engine.orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '')
$query$),

('WriteToStorageKey', $query$
with changed as
(
  update engine.orleansstorage set payloadbinary = @PayloadBinary, version = version + 1, modifiedon = now()
  where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
    and serviceid = @ServiceId and graintypestring = @GrainTypeString
    and coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '')
    and version = @GrainStateVersion
  returning version
),
made as
(
  insert into engine.orleansstorage
    (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
  select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, 1
  where @GrainStateVersion is null
  on conflict do nothing
  returning version
)
select version as newgrainstateversion from changed
union all
select version from made
$query$),

('ClearStorageKey', $query$
update engine.orleansstorage set payloadbinary = null, version = version + 1, modifiedon = now()
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '')
  and version = @GrainStateVersion
returning version as newgrainstateversion
$query$),

('DeleteStorageKey', $query$
delete from engine.orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
  and serviceid = @ServiceId and graintypestring = @GrainTypeString
  and coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '')
  and version = @GrainStateVersion
returning version + 1 as newgrainstateversion
$query$)

on conflict (querykey) do update set querytext = excluded.querytext where engine.orleansquery.querytext <> excluded.querytext;
