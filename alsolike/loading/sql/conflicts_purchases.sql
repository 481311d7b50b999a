-- Reject staged purchases whose id belongs to another purchase, of this file or an earlier load.
-- A missing price is no conflict, nor is a guest whom an older release stored as a shopper.
-- Runs after the insert, so that every usable row finds its id in raw.
-- A row: one line of the file.
insert into left_out (line, place, reason)
select
    s.line,
    s.place,
    'purchase_id is ''' || shown(s.purchase_id) || ''', which is there with other content: '
    || 'expected an id of its own, because a purchase never changes'
from usable as s
inner join raw.purchases as k on s.purchase_id = k.purchase_id
where
    (
        case when not is_nobody(k.shopper_id) then k.shopper_id end, k.product_id,
        k.purchased_at, k.quantity, k.unit_price, k.order_id
    ) is distinct from (
        s.shopper_id, s.product_id, s.purchased_at::timestamptz,
        coalesce(s.quantity::numeric::integer, 1),
        coalesce(s.unit_price::numeric(12, 2), k.unit_price), s.order_id
    )
