-- A page of the catalogue in the order of product ids.
-- after: the last product id of the page before, null: the first page; row_count: rows wanted.
-- A row: a product.
select p.*
from products as p
where p.product_id > coalesce(:after, '')
order by p.product_id
limit :row_count
