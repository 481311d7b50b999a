-- Products by their ids.
-- product_ids: a JSON list.
-- A row: a product, in the order of the ids. Columns stand in the order of SnapshotProduct.
select
    p.product_id,
    p.title,
    p.description,
    p.category,
    p.brand,
    p.price,
    p.currency,
    p.image_url,
    p.attributes,
    p.is_in_stock,
    p.created_at,
    p.rating_average,
    p.review_count
from json_each(:product_ids) as wanted
inner join products as p on wanted.value = p.product_id
order by wanted.key
