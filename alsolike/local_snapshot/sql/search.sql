-- A page of the products whose text holds some words, best match first.
-- words: each in quotes; category: path of a category, itself and all below it, null: any;
-- after_rank, after_id: match and product id of the last row of the page before, null: the first
-- page; row_count: rows wanted.
-- A row: how well it matches, then a product. Columns stand in the order of SnapshotProduct.
with matches as (
    select
        w.rowid as number,
        -- A title counts more than a brand or a category, and those more than the description.
        -bm25(words, 8.0, 4.0, 4.0, 1.0) as relevance
    from words as w
    where words match :words
)

select
    m.relevance,
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
from matches as m
inner join products as p on m.number = p.number
where
    (
        :after_rank is null
        or m.relevance < :after_rank
        or (m.relevance = :after_rank and p.product_id > :after_id)
    )
    and (
        :category is null
        or p.category = :category
        or substr(p.category, 1, length(:category) + 3) = :category || ' > '
    )
order by m.relevance desc, p.product_id asc
limit :row_count
