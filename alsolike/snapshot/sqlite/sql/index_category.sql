-- For the pages of a category, newest first.
create index products_category on products (category, created_at desc, product_id)
