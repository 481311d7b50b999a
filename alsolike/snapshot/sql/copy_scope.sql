-- Take the products to export from the client. A row: a product id.
copy snapshot_products (product_id) from stdin
