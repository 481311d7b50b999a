-- A page of the products of a category and all below it, in the order of product ids.
-- category: its path; after: the last product id of the page before, null: the first page;
-- row_count: rows wanted.
-- A row: a product. Columns stand in the order of SnapshotProduct.
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
    p.product_id > coalesce(:after, '')
    and (
        p.category = :category
        or (p.category > :category || ' > ' and p.category < :category || ' >!')
    )
-- The sign keeps the order from being an index's: that walks through all products.
order by +p.product_id
limit :row_count
