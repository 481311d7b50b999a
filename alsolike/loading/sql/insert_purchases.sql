-- Put the usable staged purchases into raw; the caller appends what to do about an id that exists.
-- A row: one purchase.
insert into raw.purchases (
    purchase_id, shopper_id, product_id, purchased_at, quantity, unit_price, order_id
)
select
    s.purchase_id, s.shopper_id, s.product_id, s.purchased_at::timestamptz,
    coalesce(s.quantity::numeric::integer, 1), s.unit_price::numeric(12, 2), s.order_id
from usable as s
