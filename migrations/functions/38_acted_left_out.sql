-- What must not be recommended to somebody because they acted on it just now: what they looked at,
-- reviewed or have in the basket, and what they bought, unless products like it are bought again
-- and again.
-- p_kinds, p_product_ids: element by element the kind and the product, as of recs.recent_actions.
-- Returns the product ids.
create or replace function recs.acted_left_out(p_kinds text [], p_product_ids text [])
returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- The mart is dbt's: until it is built nothing is known to be bought again.
    if not 'purchase' = any (p_kinds) or to_regclass('marts.rebuyable_products') is null then
        return p_product_ids;
    end if;
    return array(
        select a.product_id
        from unnest(p_kinds, p_product_ids) as a (kind, product_id)
        where
            a.kind <> 'purchase'
            or not exists (
                select from marts.rebuyable_products as r where r.product_id = a.product_id
            )
    );
end;
$$;
