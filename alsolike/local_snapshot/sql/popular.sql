-- The recently popular products, then the newest.
-- k: rows wanted; skip: rows to skip; the others as in neighbours.sql.
-- A row: a product, best first. Columns stand in the order of SnapshotProduct.
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
from products as p
where
    1 = 1
    and p.product_id not in (select e.value from json_each(:exclude) as e)
    and (:is_in_stock is null or p.is_in_stock = :is_in_stock)
    and (
        :category is null
        or p.category = :category
        or substr(p.category, 1, length(:category) + 3) = :category || ' > '
    )
    and (:brands is null or p.brand in (select e.value from json_each(:brands) as e))
    and (:candidates is null or p.product_id in (select e.value from json_each(:candidates) as e))
    and (:price_min is null or cast(p.price as real) >= :price_min)
    and (:price_max is null or cast(p.price as real) <= :price_max)
    and (:attributes is null or has_attributes(p.attributes, :attributes))
order by p.popularity_rank is null asc, p.popularity_rank asc, p.created_at desc, p.product_id asc
limit :k offset :skip
