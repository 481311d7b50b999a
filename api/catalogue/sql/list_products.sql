-- A page of the catalogue, without hidden products, in the order of product ids.
-- after: the last product id of the page before, null: the first page; row_count: rows wanted.
-- A row: a product and how many other variants are in stock.
select
    p.product_id,
    p.title,
    p.description,
    p.category,
    p.brand,
    p.price::double precision as price,
    p.sale_price::double precision as sale_price,
    p.currency,
    p.image_url,
    p.more_image_urls,
    p.url,
    p.attributes,
    p.is_in_stock,
    p.created_at,
    case
        when p.variant_group_id is null then 0
        else recs.variant_count(p.product_id, p.variant_group_id)
    end as variants
from raw.products as p
where
    not p.is_hidden
    and p.product_id > coalesce(%(after)s::text, '')
order by p.product_id
limit %(row_count)s
