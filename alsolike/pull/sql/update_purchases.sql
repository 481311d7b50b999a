-- Replace the purchases that were pulled before and that the source changed. What was returned of
-- them is counted anew afterwards.
-- A row: one purchase.
update raw.purchases as k
set
    shopper_id = s.shopper_id,
    product_id = s.product_id,
    purchased_at = s.purchased_at::timestamptz,
    quantity = coalesce(s.quantity::numeric::integer, 1),
    returned_quantity = least(k.returned_quantity, coalesce(s.quantity::numeric::integer, 1)),
    unit_price = s.unit_price::numeric(12, 2),
    order_id = s.order_id,
    loaded_at = now()
from usable as s
inner join ops.pulled_rows as r on r.view = 'purchases' and s.purchase_id = r.row_id
where
    k.purchase_id = s.purchase_id
    and (k.shopper_id, k.product_id, k.purchased_at, k.quantity, k.unit_price, k.order_id)
    is distinct from (
        s.shopper_id,
        s.product_id,
        s.purchased_at::timestamptz,
        coalesce(s.quantity::numeric::integer, 1),
        s.unit_price::numeric(12, 2),
        s.order_id
    )
