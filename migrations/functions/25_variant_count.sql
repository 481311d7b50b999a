-- How many other variants of a product are shown and in stock: a list has one of them.
-- p_product_id: the product; p_group_id: its raw.products.variant_group_id. Call it for products
-- that have a group; the others have no variants.
create or replace function recs.variant_count(p_product_id text, p_group_id text) returns integer
language sql
stable
set search_path = pg_catalog, public, pg_temp
as $$
    select count(*)::integer
    from raw.products as v
    where
        v.variant_group_id = p_group_id
        and v.product_id <> p_product_id
        and v.is_in_stock
        and not v.is_hidden;
$$;
