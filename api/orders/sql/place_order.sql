-- Make purchases of what lies in a basket, and empty it; nothing happens if the basket is another
-- than the one that the shopper saw, or an order of that id is known, whosever it is. Prices are
-- those of now. What the shop sells no more is left out, and goes with the rest.
-- basket_id; shopper_id: whose it is; shopper_hash: keyed hash of the shopper; order_id: of the
-- order, the same each time that the form is sent; product_ids, quantities, unit_prices: what the
-- shopper saw, in any order.
-- A row: purchases that were made, none of a known order.
with asked as (
    select e.has_shopper and not e.is_erased as is_asked
    from raw.event_permission(
        null, %(shopper_id)s::text, %(shopper_hash)s::bytea
    ) as e
),

-- Another order of the same basket waits here, and then finds it empty.
locked as materialized (
    select
        l.product_id,
        l.quantity
    from raw.basket_lines as l
    where l.basket_id = %(basket_id)s
    for update
),

sold as (
    select
        l.product_id,
        l.quantity,
        p.is_in_stock,
        least(p.price, p.sale_price) as unit_price
    from locked as l
    inner join raw.products as p
        on l.product_id = p.product_id and not p.is_hidden and p.removed_at is null
),

lines as (
    select
        s.product_id,
        s.quantity,
        s.unit_price
    from sold as s
    where s.is_in_stock
),

seen as (
    select s.*
    from unnest(
        %(product_ids)s::text [], %(quantities)s::integer [], %(unit_prices)s::numeric []
    ) as s (product_id, quantity, unit_price)
),

written as (
    insert into raw.purchases (
        purchase_id, shopper_id, product_id, purchased_at, quantity, unit_price, order_id
    )
    select
        %(order_id)s::text || '-' || row_number() over (order by l.product_id),
        %(shopper_id)s::text,
        l.product_id,
        now(),
        l.quantity,
        l.unit_price,
        %(order_id)s::text
    from lines as l
    cross join asked as a
    where
        a.is_asked
        and not exists (
            select 1 from raw.purchases as k
            where k.purchase_id = %(order_id)s::text || '-1'
        )
        and (select count(*) from sold) = (select count(*) from seen)
        and not exists (
            (select o.product_id, o.quantity, o.unit_price from seen as o)
            except
            (select o.product_id, o.quantity, o.unit_price from lines as o)
        )
    on conflict (purchase_id) do nothing
    returning product_id
),

emptied as (
    delete from raw.basket_lines as l
    using locked as k
    where
        l.basket_id = %(basket_id)s
        and l.product_id = k.product_id
        and exists (select 1 from written)
)

select count(*) as purchases
from written
