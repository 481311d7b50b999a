-- Which neighbours someone's actions count less towards. A purchase counts less towards products of
-- its own category where the model knows that these are rarely bought again soon
-- (recs.repurchase_factors); and so does what was done with others of the category until then, such
-- as looks at what was not chosen. What came after it counts in full.
-- p_model_id: the model; p_acted: what they did, of recs.recent_actions, the latest first.
-- One row of two arrays in the order of p_acted, null for actions that count in full: own_category,
-- a bit for each neighbour by rank, 1 where it has the category of the action's product; factors,
-- what the action counts towards these. No row where every action counts in full.
create or replace function recs.action_discounts(p_model_id integer, p_acted recs.action [])
returns table (own_category bit varying [], factors real [])
language plpgsql
stable
rows 1
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    -- Most who look at a shop bought nothing there lately.
    if not exists (select from unnest(p_acted) as a where a.kind = 'purchase') then
        return;
    end if;
    return query
    with acted as (
        select u.kind, u.product_id, u.place, p.category
        from unnest(p_acted) with ordinality
            as u (kind, event_id, product_id, acted_at, weight, place)
        left join raw.products as p on u.product_id = p.product_id
    ),

    -- Categories that are rarely bought again soon, and the place of the latest purchase.
    bought as (
        select a.category, min(a.place) as place
        from acted as a
        inner join recs.repurchase_factors as f
            on f.model_id = p_model_id and a.product_id = f.product_id
        where a.kind = 'purchase'
        group by a.category
    )

    select array_agg(f.is_own_category order by a.place), array_agg(f.factor order by a.place)
    from acted as a
    left join bought as b on a.category = b.category and a.place >= b.place
    left join recs.repurchase_factors as f
        on
            (a.kind = 'purchase' or b.place is not null)
            and f.model_id = p_model_id
            and a.product_id = f.product_id
    having count(f.product_id) > 0;
end;
$$;
