-- Put the usable staged views into raw; the caller appends what to do about an id that exists.
-- A row: one view.
insert into raw.views (
    view_id, product_id, viewed_at, shopper_id, session_id
)
select
    s.view_id, s.product_id, s.viewed_at::timestamptz, s.shopper_id, s.session_id
from usable as s
