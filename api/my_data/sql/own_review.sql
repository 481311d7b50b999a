-- One of a shopper's reviews.
-- shopper_id: who wrote it; review_id: which.
-- A row: the review, and its product's title, null if the catalogue lost it; none of somebody
-- else's.
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
where r.review_id = %(review_id)s and r.shopper_id = %(shopper_id)s
