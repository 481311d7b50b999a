-- The products of the question's category and all below it, by the index on categories.
-- A row: a product, as in the table.
-- What begins with the path and ' > ' comes before its path and ' >!': a range of the index.
create temporary view category_products as
select p.*
from products as p
where
    p.category = (select q.product_filter ->> 'category' from question as q)
    or (
        p.category > (select (q.product_filter ->> 'category') || ' > ' from question as q)
        and p.category < (select (q.product_filter ->> 'category') || ' >!' from question as q)
    )
