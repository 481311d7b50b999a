-- The places of some products among the popular ones.
-- p_product_ids: the products; null: none.
-- A row: a product of them that shoppers acted on, and its place, from 1.
create or replace function recs.popularity_ranks(p_product_ids text [])
returns table (product_id text, place integer)
language plpgsql
stable
rows 1000
set search_path = pg_catalog, pg_temp
as $$
begin
    -- The mart is dbt's: it may not be built yet, and then there is no history to go by.
    if p_product_ids is null or to_regclass('marts.product_popularity') is null then
        return;
    end if;
    return query
    select m.product_id, m.rank_recent
    from marts.product_popularity as m
    where m.product_id = any(p_product_ids);
end;
$$;
