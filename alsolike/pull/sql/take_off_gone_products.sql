-- Set the products that are gone out of stock, which hides them.
-- A row: one product that was in stock.
update raw.products as p
set is_in_stock = false, loaded_at = now()
from gone_rows as g
where p.product_id = g.row_id and p.is_in_stock
