-- A page of the question's category, newest first.
-- after_time, after_id: creation time and product id of the last row of the page before, null: the
-- first page; row_count: rows wanted.
-- A row: a product.
select p.*
from category_products as p
where
    :after_time is null
    or p.created_at < :after_time
    or (p.created_at = :after_time and p.product_id > :after_id)
order by p.created_at desc, p.product_id asc
limit :row_count
