-- Products with all the variants of them: what is left out of a list, is in all its variants.
-- p_product_ids: ids, null among them are dropped.
-- Returns the ids, then those of the other products of their groups
-- (raw.products.variant_group_id).
create or replace function recs.with_variants(p_product_ids text []) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    product_ids constant text [] := coalesce(array_remove(p_product_ids, null), '{}');
begin
    if cardinality(product_ids) = 0 or not recs.has_groups() then
        return product_ids;
    end if;
    return product_ids || array(
        select v.product_id
        from raw.products as v
        where
            v.variant_group_id in (
                select p.variant_group_id
                from raw.products as p
                where p.product_id = any (product_ids) and p.variant_group_id is not null
            )
            -- A hash: an evaluation leaves tens of thousands out, and compares each with all.
            and v.product_id not in (select unnest(product_ids))
    );
end;
$$;
