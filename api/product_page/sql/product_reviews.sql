-- A page of a product's reviews, newest first, without who wrote them.
-- product_id: the product; after_time, after_id: time and id of the last row of the page before,
-- null: the first page; rating: stars of the reviews wanted, null: all; shopper_id: who looks,
-- null: a stranger; row_count: rows wanted.
-- A row: a review, whether its author bought the product, even if it was taken back, and whether it
-- is of who looks.
-- The page is cut before purchases are looked up, one by one: for all the reviews of a product it
-- would be cheaper to read every purchase of the shop.
with page as materialized (
    select
        r.review_id,
        r.product_id,
        r.shopper_id,
        r.rating,
        r.reviewed_at,
        r.title,
        r.body
    from raw.reviews as r
    where
        r.product_id = %(product_id)s
        and (%(rating)s::smallint is null or r.rating = %(rating)s)
        and r.reviewed_at <= coalesce(%(after_time)s::timestamptz, 'infinity')
        and (
            %(after_time)s::timestamptz is null
            or r.reviewed_at < %(after_time)s
            or r.review_id > %(after_id)s::text
        )
    order by r.reviewed_at desc, r.review_id asc
    limit %(row_count)s
)

select
    g.review_id,
    g.rating,
    g.reviewed_at,
    g.title,
    g.body,
    exists(
        select 1 from raw.purchases as p
        where p.shopper_id = g.shopper_id and p.product_id = g.product_id
    ) as is_verified,
    coalesce(g.shopper_id = %(shopper_id)s::text, false) as is_own
from page as g
order by g.reviewed_at desc, g.review_id asc
