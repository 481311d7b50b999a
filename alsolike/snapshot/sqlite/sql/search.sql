-- A page of the products whose text holds some words and that fit the question's filter, best match
-- first.
-- words: each in quotes; after_rank, after_id: match and product id of the last row of the page
-- before, null: the first page; row_count: rows wanted.
-- A row: how well it matches, then a product.
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
    p.*
from matches as m
inner join fitting_products as p on m.number = p.number
where
    :after_rank is null
    or m.relevance < :after_rank
    or (m.relevance = :after_rank and p.product_id > :after_id)
order by m.relevance desc, p.product_id asc
limit :row_count
