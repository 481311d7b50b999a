-- The products of a list that are the first of their group; one without a group is its own.
-- p_scored: the list, best first, null: none. Returns them in their order.
create or replace function recs.firsts_of_groups(p_scored recs.scored_product [])
returns recs.scored_product []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select (f.product_id, f.score, f.action_place)::recs.scored_product
        from (
            select
                l.*,
                row_number() over (
                    partition by
                        p.variant_group_id, case when p.variant_group_id is null then l.place end
                    order by l.place
                ) as number
            from unnest(p_scored) with ordinality as l (product_id, score, action_place, place)
            left join raw.products as p
                on l.product_id = p.product_id and p.variant_group_id is not null
        ) as f
        where f.number = 1
        order by f.place
    );
end;
$$;
