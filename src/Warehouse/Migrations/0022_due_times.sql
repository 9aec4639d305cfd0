-- Due times follow a tier at once, in the transaction that changes it: of many accounts as of one, and of all when the
-- tier itself is changed. The grains come to the same times when they hear of it. What the bounds of auto_tier forbid ends soon.

create function due_after(p_moment timestamptz, p_interval_minutes integer, p_due_offset integer) returns timestamptz
language sql stable parallel safe as $$
  select timestamptz 'epoch' + interval '1 millisecond' * (
    ((p_due_offset::bigint * p_interval_minutes * 60000) >> 30)
    + ((floor(extract(epoch from p_moment) * 1000)::bigint - ((p_due_offset::bigint * p_interval_minutes * 60000) >> 30)) / (p_interval_minutes * 60000::bigint) + 1)
      * p_interval_minutes * 60000)
$$;
comment on function due_after(timestamptz, integer, integer) is
  'The first due time after a moment: epoch + account_schedule.due_offset / 2^30 of the interval + a whole number of intervals.';

create function retimed(
  p_due timestamptz, p_now timestamptz, p_due_offset integer, p_old_minutes integer, p_old_cron text, p_new_minutes integer, p_new_cron text)
returns timestamptz language sql stable parallel safe as $$
  select case
    when p_due is null or p_due <= p_now or p_new_cron is not null then p_due
    when p_old_cron is null and p_due = due_after(p_now, p_old_minutes, p_due_offset) then due_after(p_now, p_new_minutes, p_due_offset)
    else least(p_due, due_after(p_now, p_new_minutes, p_due_offset))
  end
$$;
comment on function retimed(timestamptz, timestamptz, integer, integer, text, integer, text) is
  'When an account is due after its tier''s rule has changed. What is overdue stays so; a time that was not the tier''s may come sooner, never later; a cron expression is left to the account''s grain.';

-- Planned anew each time: a plan that was made for one account would take hours for a hundred thousand.
create function retime_moved_accounts() returns trigger language plpgsql as $$
declare
  moved boolean;
begin
  -- Whoever changes something else waits for nobody who writes due times.
  execute 'select exists (select from moved_from f join moved_to t on t.tenant_id = f.tenant_id and t.ad_account_id = f.ad_account_id where t.tier <> f.tier)'
    into moved;
  if not moved then
    return null;
  end if;
  execute $sql$
    with moved as (
      select s.tenant_id, s.ad_account_id,
             retimed(s.next_due_at, now(), s.due_offset, old_tier.interval_minutes, old_tier.cron, new_tier.interval_minutes, new_tier.cron) as due
      from moved_from f
      join moved_to t on t.tenant_id = f.tenant_id and t.ad_account_id = f.ad_account_id
      join meta_sync_config old_tier on old_tier.tier = f.tier
      join meta_sync_config new_tier on new_tier.tier = t.tier
      join account_schedule s on s.tenant_id = t.tenant_id and s.ad_account_id = t.ad_account_id
      where t.tier <> f.tier and t.settings ->> 'interval_seconds' is null and s.next_due_at > now()
      -- In the order in which grains write these rows, so that neither waits for the other in a circle.
      order by s.tenant_id, s.ad_account_id collate "C"
      for no key update of s
    )
    update account_schedule s set next_due_at = m.due
    from moved m
    where s.tenant_id = m.tenant_id and s.ad_account_id = m.ad_account_id and s.next_due_at <> m.due
  $sql$;
  return null;
end $$;
comment on function retime_moved_accounts() is 'Due times of accounts that a statement has moved to another tier.';
create trigger ad_accounts_retime after update on ad_accounts
  referencing old table as moved_from new table as moved_to for each statement execute function retime_moved_accounts();

create function retime_tiers() returns trigger language plpgsql as $$
begin
  with moved as (
    select s.tenant_id, s.ad_account_id,
           retimed(s.next_due_at, now(), s.due_offset, f.interval_minutes, f.cron, t.interval_minutes, t.cron) as due
    from changed_from f
    join changed_to t on t.tier = f.tier
    join ad_accounts a on a.tier = t.tier
    join account_schedule s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
    where (t.interval_minutes, t.cron) is distinct from (f.interval_minutes, f.cron)
      and a.settings ->> 'interval_seconds' is null and s.next_due_at > now()
    order by s.tenant_id, s.ad_account_id collate "C"
    for no key update of s
  )
  update account_schedule s set next_due_at = m.due
  from moved m
  where s.tenant_id = m.tenant_id and s.ad_account_id = m.ad_account_id and s.next_due_at <> m.due;
  return null;
end $$;
comment on function retime_tiers() is 'Due times of the accounts of a tier whose interval has changed.';
create trigger meta_sync_config_retime after update on meta_sync_config
  referencing old table as changed_from new table as changed_to for each statement execute function retime_tiers();

create function look_at_auto_tiers() returns trigger language plpgsql as $$
begin
  update ad_accounts set learned_at = null where tenant_id = new.id and auto_tier;
  return null;
end $$;
comment on function look_at_auto_tiers() is 'New bounds are a reason to look at all tiers that move by themselves.';
create trigger tenants_auto_tier after update of auto_tier_min, auto_tier_max on tenants for each row
  when ((old.auto_tier_min, old.auto_tier_max) is distinct from (new.auto_tier_min, new.auto_tier_max))
  execute function look_at_auto_tiers();
