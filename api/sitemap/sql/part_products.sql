-- The next products of a part of the sitemap, without hidden ones, in the order of product ids.
-- after: the product id before; until: the last one of the part, null: the part ends with the
-- catalogue; row_count: rows wanted.
-- A row: a product id.
select p.product_id
from raw.products as p
where
    not p.is_hidden
    and p.product_id > %(after)s::text
    and p.product_id
    <= coalesce(%(until)s::text, (select max(l.product_id) from raw.products as l))
order by p.product_id
limit %(row_count)s
