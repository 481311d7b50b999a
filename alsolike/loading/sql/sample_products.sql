-- The first five usable staged products, as they are stored now.
-- A row: one product: what a page shows of it.
select
    p.product_id,
    p.title,
    p.category,
    p.brand,
    p.price::text,
    p.sale_price::text,
    p.currency,
    p.is_in_stock,
    p.is_hidden,
    p.item_group_id,
    p.url,
    p.image_url,
    p.attributes,
    p.description
from usable as s
inner join raw.products as p on s.product_id = p.product_id
order by s.line, s.place
limit 5
