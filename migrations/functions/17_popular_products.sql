-- The products most shoppers act on lately; those without any history follow, the newest first.
-- p_k: rows wanted, 0 or more; p_exclude: product ids to leave out; p_category: path of a category,
-- itself and all below it, null: any; p_offset: rows to skip.
-- A row: product_id and its recent popularity (the decayed count of actions), best first; out of
-- stock is left out.
create or replace function recs.popular_products(
    p_k integer, p_exclude text [] default '{}', p_category text default null,
    p_offset integer default 0
) returns table (product_id text, popularity real)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}');
    wanted constant integer := p_k + p_offset;
    product_ids text [] := '{}';
    popularities real [] := '{}';
begin
    if p_k is null or p_k < 0 or p_offset is null or p_offset < 0 then
        raise invalid_parameter_value
            using message = 'The number of rows and the offset must be 0 or more.';
    end if;

    -- The mart is dbt's: it may not be built yet, and then there is no history to go by.
    -- Ranked rows alone come first, so that the index on the rank ends the work after a few.
    if to_regclass('marts.product_popularity') is not null then
        select coalesce(array_agg(n.product_id), '{}'), coalesce(array_agg(n.popularity), '{}')
        into product_ids, popularities
        from (
            select m.product_id, m.popularity_recent::real as popularity
            from marts.product_popularity as m
            inner join raw.products as p on m.product_id = p.product_id
            where
                p.is_in_stock
                and m.product_id <> all (left_out)
                and (
                    p_category is null
                    or p.category = p_category
                    or p.category ^@ (p_category || ' > ')
                )
            order by m.rank_recent, m.product_id
            limit wanted
        ) as n;
    end if;

    -- Whatever the mart holds and is eligible is found by now: what is left are newer products.
    if cardinality(product_ids) < wanted then
        select product_ids || coalesce(array_agg(n.product_id), '{}'),
            popularities || coalesce(array_agg(0::real), '{}')
        into product_ids, popularities
        from (
            select p.product_id
            from raw.products as p
            where
                p.is_in_stock
                and p.product_id <> all (left_out || product_ids)
                and (
                    p_category is null
                    or p.category = p_category
                    or p.category ^@ (p_category || ' > ')
                )
            order by p.created_at desc, p.product_id asc
            limit wanted - cardinality(product_ids)
        ) as n;
    end if;

    return query
    select unnest(product_ids[p_offset + 1:]), unnest(popularities[p_offset + 1:]);
end;
$$;
