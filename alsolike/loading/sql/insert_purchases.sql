-- Put the usable staged purchases into raw. What to do about an id that is there already is for the
-- caller to append.
-- A row: one purchase.
insert into raw.purchases (
    purchase_id, shopper_id, product_id, purchased_at, quantity, unit_price, order_id
)
select
    s.purchase_id, s.shopper_id, s.product_id, s.purchased_at::timestamptz,
    coalesce(s.quantity::numeric::integer, 1), s.unit_price::numeric(12, 2), s.order_id
from staged as s
where not exists (select from left_out as r where r.line = s.line)
