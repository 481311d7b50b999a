-- A shopper's orders, the latest first. A purchase without an order is one of its own.
-- shopper_id: the shopper; ordered_at, order_id: after which order to go on, null: from the first;
-- row_count: rows wanted.
-- A row: the order, when, pieces, pieces taken back, and of each of its purchases, in the order
-- that they were made, the title of the product, its id where it has a page now, its currency, and
-- what the pieces that were kept cost.
select
    g.order_id,
    g.ordered_at,
    g.titles,
    g.product_ids,
    g.currencies,
    g.amounts,
    g.quantity,
    g.returned_quantity
from (
    select
        coalesce(o.order_id, o.purchase_id) as order_id,
        max(o.purchased_at) as ordered_at,
        array_agg(
            coalesce(p.title, o.product_id) order by o.purchased_at, o.purchase_id
        ) as titles,
        array_agg(
            case when not p.is_hidden and p.removed_at is null then p.product_id end
            order by o.purchased_at, o.purchase_id
        ) as product_ids,
        array_agg(p.currency order by o.purchased_at, o.purchase_id) as currencies,
        array_agg(
            o.unit_price * (o.quantity - o.returned_quantity)
            order by o.purchased_at, o.purchase_id
        ) as amounts,
        sum(o.quantity)::bigint as quantity,
        sum(o.returned_quantity)::bigint as returned_quantity
    from raw.purchases as o
    left join raw.products as p on o.product_id = p.product_id
    where o.shopper_id = %(shopper_id)s
    group by coalesce(o.order_id, o.purchase_id)
) as g
where
    %(ordered_at)s::timestamptz is null
    or (g.ordered_at, g.order_id) < (%(ordered_at)s::timestamptz, %(order_id)s::text)
order by g.ordered_at desc, g.order_id desc
limit %(row_count)s
