-- A page of a product's reviews, newest first, without who wrote them.
-- product_id: the product; after_time, after_id: time and id of the last row of the page before,
-- null: the first page; row_count: rows wanted.
-- A row: a review, and whether its author bought the product.
select
    r.review_id,
    r.rating,
    r.reviewed_at,
    r.title,
    r.body,
    exists(
        select 1 from raw.purchases as p
        where p.shopper_id = r.shopper_id and p.product_id = r.product_id
    ) as is_verified
from raw.reviews as r
where
    r.product_id = %(product_id)s
    and (
        %(after_time)s::timestamptz is null
        or r.reviewed_at < %(after_time)s
        or (r.reviewed_at = %(after_time)s and r.review_id > %(after_id)s::text)
    )
order by r.reviewed_at desc, r.review_id asc
limit %(row_count)s
