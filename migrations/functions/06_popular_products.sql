-- The products most shoppers act on lately; before there is any history, the newest.
-- p_k: rows wanted; p_exclude: product ids to leave out; p_category: path of a category, itself
-- and all below it, null: any; p_offset: rows to skip.
-- A row: product_id and its recent popularity (the decayed count of actions), best first.
create or replace function recs.popular_products(
    p_k integer, p_exclude text [] default '{}', p_category text default null,
    p_offset integer default 0
) returns table (product_id text, popularity real)
language plpgsql
stable
set search_path = pg_catalog, public
as $$
begin
    -- The mart is dbt's: it may not be built yet, and then there is no history to go by.
    if to_regclass('marts.product_popularity') is null then
        return query
        select p.product_id, 0::real
        from raw.products as p
        where
            p.is_in_stock
            and p.product_id <> all (p_exclude)
            and (p_category is null or p.category = p_category or p.category ^@ (p_category || ' > '))
        order by p.created_at desc, p.product_id
        limit p_k offset p_offset;
    else
        return query
        select p.product_id, coalesce(m.popularity_recent, 0)::real
        from raw.products as p
        left join marts.product_popularity as m on p.product_id = m.product_id
        where
            p.is_in_stock
            and p.product_id <> all (p_exclude)
            and (p_category is null or p.category = p_category or p.category ^@ (p_category || ' > '))
        order by
            coalesce(m.popularity_recent, 0) desc, coalesce(m.popularity_all_time, 0) desc,
            p.created_at desc, p.product_id
        limit p_k offset p_offset;
    end if;
end;
$$;
