-- Shown products by their ids.
-- product_ids: the ids.
-- A row: a product and how many other variants are in stock, in the order of the ids.
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
from unnest(%(product_ids)s::text []) with ordinality as wanted (product_id, place)
inner join raw.products as p on wanted.product_id = p.product_id and not p.is_hidden
order by wanted.place
