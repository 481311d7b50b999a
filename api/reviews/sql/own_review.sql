-- What a shopper wrote about a product; of several that were loaded, the newest.
-- shopper_id, product_id: of the two.
-- A row: the review; none where there is none.
select
    r.rating,
    r.title,
    r.body
from raw.reviews as r
where r.shopper_id = %(shopper_id)s and r.product_id = %(product_id)s
order by r.reviewed_at desc, r.review_id asc
limit 1
