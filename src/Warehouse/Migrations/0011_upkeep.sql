-- Months that retention has taken away, until an operator archives or drops them.
create schema if not exists retired;
comment on schema retired is 'Monthly tables that retention has detached: archive or drop them.';

create function detached_partitions() returns table (relname text) language sql stable as $$
  select c.relname::text from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition
    and c.relname ~ '^meta_insights_(daily|raw)_[0-9]{4}_[0-9]{2}$'
    -- Another transaction may be making it at this moment: it holds this lock until it has attached it.
    and pg_try_advisory_xact_lock(hashtext('metagrains.partitions'))
$$;
comment on function detached_partitions() is 'Monthly tables that were detached and not yet moved away.';

create function retire_partition(p_name text) returns void language plpgsql as $$
declare
  place text := p_name;
  number integer := 1;
  index name;
begin
  while to_regclass(format('retired.%I', place)) is not null loop
    number := number + 1;
    place := p_name || '_' || number;
  end loop;
  if place <> p_name then
    execute format('alter table public.%I rename to %I', p_name, place);
    for index in
      select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = format('public.%I', place)::regclass
    loop
      execute format('alter index public.%I rename to %I', index, place || '_' || left(md5(index::text), 8));
    end loop;
  end if;
  execute format('alter table public.%I set schema retired', place);
end $$;
comment on function retire_partition(text) is 'Moves a detached monthly table into the schema retired; a second one of the same month gets a number.';
