-- Take the products out of the lists that a complete file of products does not have.
-- A row: one product that was in stock.
update raw.products as p
set is_in_stock = false, loaded_at = now()
where
    p.is_in_stock
    and not exists (select from staged as s where s.product_id = p.product_id)
