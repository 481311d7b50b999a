-- Whether a shopper ever bought a product and kept it.
-- shopper_id, product_id: of the two.
-- A row: one boolean.
select
    exists(
        select 1 from raw.purchases as p
        where
            p.shopper_id = %(shopper_id)s
            and p.product_id = %(product_id)s
            and p.returned_quantity < p.quantity
    ) as has_bought
