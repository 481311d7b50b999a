-- Take products out of the catalogue that the shop does not sell any more. Their rows stay, hidden
-- and out of stock, because purchases and reviews are of them; raw.put_products brings them back.
-- Runs with the owner's rights: the app may write products by it alone.
-- p_product_ids: their ids.
-- A row: one product that was not removed before.
create or replace function raw.remove_products(p_product_ids text [])
returns table (product_id text)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select p.product_id
        from raw.products as p
        where p.product_id = any (p_product_ids) and p.removed_at is null
        -- Two removals of the same products must not wait for each other.
        order by p.product_id
        for no key update
    )

    update raw.products as p
    set is_hidden = true, is_in_stock = false, removed_at = now(), loaded_at = now()
    from found as f
    where p.product_id = f.product_id
    returning p.product_id;
$$;
