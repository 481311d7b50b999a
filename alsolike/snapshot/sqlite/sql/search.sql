-- A page of the products whose text holds some words and that fit the question's filter, best match
-- first; of a group of variants one: in stock before sold out, then the best.
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
),

found as (
    select
        m.relevance,
        p.*,
        row_number() over (
            partition by p.variant_group_id
            order by p.is_in_stock desc, m.relevance desc, p.product_id asc
        ) as number_in_group
    from matches as m
    inner join fitting_products as p on m.number = p.number
)

select f.*
from found as f
where
    (f.variant_group_id is null or f.number_in_group = 1)
    and (
        :after_rank is null
        or f.relevance < :after_rank
        or (f.relevance = :after_rank and f.product_id > :after_id)
    )
order by f.relevance desc, f.product_id asc
limit :row_count
