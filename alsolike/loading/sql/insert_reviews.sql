-- Put the usable staged reviews into raw; the caller appends what to do about an id that exists.
-- A row: one review.
insert into raw.reviews (
    review_id, shopper_id, product_id, rating, reviewed_at, title, body
)
select
    s.review_id, s.shopper_id, s.product_id, s.rating::numeric::smallint,
    s.reviewed_at::timestamptz, s.title, s.body
from usable as s
