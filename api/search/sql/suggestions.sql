-- The products that come to mind while a query is being typed, as recs.suggested_products says.
-- words: what is typed so far; row_count: rows wanted.
-- A row: a product, what it costs and its picture, best first.
select
    p.product_id,
    p.title,
    p.price,
    p.sale_price,
    p.currency,
    p.image_url
from recs.suggested_products(%(words)s::text, %(row_count)s::integer) as s
inner join raw.products as p on s.product_id = p.product_id
order by s.place
