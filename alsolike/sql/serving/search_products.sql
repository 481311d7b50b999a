-- A page of the products whose text matches, best match first.
-- q: words as people type them (quotes, or, -); category: path of a category, itself and all below
-- it, null: any; after_rank, after_id: match and product id of the last row of the page before,
-- null: the first page; row_count: rows wanted.
-- A row: a product id and how well it matches.
with matches as (
    select
        p.product_id,
        ts_rank_cd(p.search, websearch_to_tsquery('english', %(q)s))::double precision as relevance
    from raw.products as p
    where
        p.search @@ websearch_to_tsquery('english', %(q)s)
        and (
            %(category)s::text is null
            or p.category = %(category)s
            or starts_with(p.category, %(category)s || ' > ')
        )
)

select
    m.product_id,
    m.relevance
from matches as m
where
    %(after_rank)s::double precision is null
    or m.relevance < %(after_rank)s
    or (m.relevance = %(after_rank)s and m.product_id > %(after_id)s::text)
order by m.relevance desc, m.product_id asc
limit %(row_count)s
