-- The purchases of an order.
-- shopper_id: whose order it is; order_id: its id; of a purchase without one the purchase's.
-- A row: the purchase, its product with the title, when, pieces, pieces that were taken back, what
-- one cost, and the product's currency; in the order that they were made. None of somebody else's.
select
    o.purchase_id,
    o.product_id,
    p.title,
    p.currency,
    o.purchased_at,
    o.quantity,
    o.returned_quantity,
    o.unit_price,
    coalesce(p.is_in_stock and not p.is_hidden and p.removed_at is null, false) as is_available,
    coalesce(not p.is_hidden and p.removed_at is null, false) as is_shown
from raw.purchases as o
left join raw.products as p on o.product_id = p.product_id
where
    o.shopper_id = %(shopper_id)s
    and (
        o.order_id = %(order_id)s
        or (o.order_id is null and o.purchase_id = %(order_id)s)
    )
order by o.purchased_at, o.purchase_id
