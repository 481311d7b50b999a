-- A page of the question's category in the order of product ids.
-- after: the last product id of the page before, null: the first page; row_count: rows wanted.
-- A row: a product.
select p.*
from category_products as p
where p.product_id > coalesce(:after, '')
-- The sign keeps the order from being an index's: that walks through all products.
order by +p.product_id
limit :row_count
