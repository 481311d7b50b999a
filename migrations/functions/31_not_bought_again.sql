-- Those of some products that are not bought again and again: who bought one does not want another.
-- p_product_ids: the products, null: none. Returns their ids.
create or replace function recs.not_bought_again(p_product_ids text []) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- The mart is dbt's: until it is built nothing is known to be bought again.
    if cardinality(p_product_ids) > 0 and to_regclass('marts.rebuyable_products') is not null then
        return array(
            select b.product_id
            from unnest(p_product_ids) as b (product_id)
            where not exists (
                select from marts.rebuyable_products as r where r.product_id = b.product_id
            )
        );
    end if;
    return coalesce(p_product_ids, '{}');
end;
$$;
