-- Put the usable staged views into raw. What to do about an id that is there already is for the
-- caller to append.
-- A row: one view.
insert into raw.views (
    view_id, product_id, viewed_at, shopper_id, session_id
)
select
    s.view_id, s.product_id, s.viewed_at::timestamptz, s.shopper_id, s.session_id
from staged as s
where not exists (select from left_out as r where r.line = s.line)
