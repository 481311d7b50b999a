-- Put the usable staged reviews into raw. What to do about an id that is there already is for the
-- caller to append.
-- A row: one review.
insert into raw.reviews (
    review_id, shopper_id, product_id, rating, reviewed_at, title, body
)
select
    s.review_id, s.shopper_id, s.product_id, s.rating::numeric::smallint,
    s.reviewed_at::timestamptz, s.title, s.body
from staged as s
where not exists (select from left_out as r where r.line = s.line)
