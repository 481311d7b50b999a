-- Which products of a list are the first of their group; one without a group is its own.
-- p_product_ids: the list, best first.
-- Returns their ids in their order.
create or replace function recs.one_of_each_group(p_product_ids text []) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    if cardinality(p_product_ids) < 2 or not recs.has_groups() then
        return p_product_ids;
    end if;
    return array(
        select f.product_id
        from (
            select l.product_id, l.place,
                row_number() over (
                    partition by p.item_group_id, case when p.item_group_id is null then l.place end
                    order by l.place
                ) as number
            from unnest(p_product_ids) with ordinality as l (product_id, place)
            left join raw.products as p
                on l.product_id = p.product_id and p.item_group_id is not null
        ) as f
        where f.number = 1
        order by f.place
    );
end;
$$;
