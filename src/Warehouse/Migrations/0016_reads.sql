-- What readers ask of rows beside their plain columns.

-- The families and their order are those by which the plain columns were counted: one type of each, never a sum of
-- overlapping ones. A type with further keys stands in several elements, which do add up.
create function conversions_under(p_actions jsonb, p_window text)
returns table (purchases numeric, purchase_value numeric, leads numeric, lead_value numeric)
language sql immutable parallel safe as $$
  with figures as (
    select split_part(e.key, '|', 1) as type, l.key as list, (e.value ->> p_window)::numeric as figure
    from jsonb_each(p_actions) l cross join lateral jsonb_each(l.value) e
    where l.key in ('actions', 'action_values')
  ), chosen as (
    select distinct on (k.family) k.family, k.type
    from (values
      ('purchase', 1, 'omni_purchase'), ('purchase', 2, 'purchase'), ('purchase', 3, 'offsite_conversion.fb_pixel_purchase'),
      ('purchase', 4, 'onsite_web_purchase'), ('purchase', 5, 'app_custom_event.fb_mobile_purchase'), ('purchase', 6, 'offline_conversion.purchase'),
      ('lead', 1, 'lead'), ('lead', 2, 'onsite_conversion.lead_grouped'), ('lead', 3, 'offsite_conversion.fb_pixel_lead'), ('lead', 4, 'offline_conversion.lead')
    ) as k (family, rank, type)
    where exists (select from figures f where f.type = k.type)
    order by k.family, k.rank
  )
  select coalesce(sum(f.figure) filter (where c.family = 'purchase' and f.list = 'actions'), 0),
         coalesce(sum(f.figure) filter (where c.family = 'purchase' and f.list = 'action_values'), 0),
         coalesce(sum(f.figure) filter (where c.family = 'lead' and f.list = 'actions'), 0),
         coalesce(sum(f.figure) filter (where c.family = 'lead' and f.list = 'action_values'), 0)
  from figures f join chosen c on c.type = f.type
$$;
comment on function conversions_under(jsonb, text) is
  'Conversions of a row of meta_insights_daily under one attribution window: conversions_under(actions, ''7d_click''); ''value'' is the row''s own setting. Values are in the row''s currency. A window that the report did not ask for when the row was read counts 0.';
