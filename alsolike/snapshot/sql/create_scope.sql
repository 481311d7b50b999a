-- The products to export, in a table of this session that goes with its transaction.
-- A row will be a product id; a list may name one twice.
create temporary table snapshot_products (product_id text not null) on commit drop
