-- Whether a shopper ever bought a product.
-- shopper_id, product_id: of the two.
-- A row: one boolean.
select
    exists(
        select 1 from raw.purchases as p
        where p.shopper_id = %(shopper_id)s and p.product_id = %(product_id)s
    ) as has_bought
