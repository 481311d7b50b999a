-- Put the usable staged reviews into raw. One that is there, of the same shopper and product, is
-- replaced by one of the same time or later that differs.
-- columns: all columns; staged: their values in the file; stored, excluded: the columns of the
-- review that is there, and of the new one.
-- A row: one review, new or changed.
insert into raw.reviews as k ({columns})
select distinct on (s.review_id) {staged}
from usable as s
order by s.review_id asc, s.reviewed_at::timestamptz desc, s.line desc
on conflict (review_id) do update
    set ({columns}, loaded_at) = ({excluded}, now())
    where
    k.shopper_id is not distinct from excluded.shopper_id
    and k.product_id = excluded.product_id
    and k.reviewed_at <= excluded.reviewed_at
    and ({stored}) is distinct from ({excluded})
