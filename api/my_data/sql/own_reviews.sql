-- A page of a shopper's reviews, the latest first.
-- shopper_id: the shopper; reviewed_at, review_id: after which review to go on, null: from the
-- first; row_count: rows wanted.
-- A row: a review, and its product's title, null if the catalogue lost it.
select
    r.review_id,
    r.product_id,
    r.rating,
    r.reviewed_at,
    r.title,
    r.body,
    p.title as product_title
from raw.reviews as r
left join raw.products as p on r.product_id = p.product_id
where
    r.shopper_id = %(shopper_id)s
    and r.reviewed_at <= coalesce(%(reviewed_at)s::timestamptz, 'infinity')
    and (
        %(reviewed_at)s::timestamptz is null
        or r.reviewed_at < %(reviewed_at)s
        or r.review_id > %(review_id)s::text
    )
order by r.reviewed_at desc, r.review_id asc
limit %(row_count)s
