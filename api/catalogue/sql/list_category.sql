-- A page of the shown products of a category and all below it, in the order of product ids.
-- category: its path; after: the last product id of the page before, null: the first page;
-- row_count: rows wanted.
-- A row: a product and how many other variants are in stock.
-- Planned anew each time: a plan that does not know the category walks through all products.
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
    and (
        p.category = %(category)s
        or starts_with(p.category, %(category)s || ' > ')
    )
order by p.product_id
limit %(row_count)s
