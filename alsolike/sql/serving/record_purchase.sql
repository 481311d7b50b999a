-- Record a purchase, once. It is part of a contract, so it needs no consent.
-- event_id: its id; product_id; shopper_id; occurred_at: when; quantity; unit_price: null: not
-- told; order_id: null: none.
-- A row: as in record_view, consent always true.
with asked as (
    select
        exists(
            select 1 from raw.products as p
            where p.product_id = %(product_id)s
        ) as has_product,
        exists(
            select 1 from raw.shoppers as s
            where s.shopper_id = %(shopper_id)s
        ) as has_shopper
),

written as (
    insert into raw.purchases (
        purchase_id, shopper_id, product_id, purchased_at, quantity, unit_price, order_id
    )
    select
        %(event_id)s::text,
        %(shopper_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz,
        %(quantity)s::integer,
        %(unit_price)s::numeric,
        %(order_id)s::text
    from asked
    where has_product and has_shopper
    on conflict (purchase_id) do nothing
    returning purchase_id
)

select
    a.has_product,
    a.has_shopper,
    true as has_consent,
    exists(select 1 from written) as is_recorded
from asked as a
