-- A page of the products of a category and all below it, newest first.
-- category: its path; after_time, after_id: creation time and product id of the last row of the
-- page before, null: the first page; row_count: rows wanted.
-- A row: a product. Columns stand in the order of SnapshotProduct.
-- What begins with the path and ' > ' comes before its path and ' >!': a range of the index.
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
    (
        p.category = :category
        or (p.category > :category || ' > ' and p.category < :category || ' >!')
    )
    and (
        :after_time is null
        or p.created_at < :after_time
        or (p.created_at = :after_time and p.product_id > :after_id)
    )
order by p.created_at desc, p.product_id asc
limit :row_count
