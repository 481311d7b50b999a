-- Set the products out of stock that a full file of products lacks.
-- A row: one product that was in stock.
update raw.products as p
set is_in_stock = false, loaded_at = now()
where
    p.is_in_stock
    and not exists (select from staged as s where s.product_id = p.product_id)
