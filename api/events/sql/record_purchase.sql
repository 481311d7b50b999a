-- Record a purchase, once. It is part of a contract, so it needs no consent. An unknown shopper is
-- made in the same statement, without consent; the purchase of one that may not be made is refused.
-- event_id: its id; shopper_hash: keyed hash of the shopper, null without one; product_id;
-- shopper_id; may_make: whether an unknown shopper may be made; occurred_at: when; is_time_told:
-- whether the sender said so; quantity: null: 1; unit_price: null: not told; order_id: null: none.
-- A row: as in record_view, consent always true. A price that is not told is no other content.
with asked as (
    select
        -- It may arrive after its product was removed.
        exists(
            select 1 from raw.products as p
            where p.product_id = %(product_id)s
        ) as has_product,
        a.has_shopper,
        a.has_consent,
        a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

known as (
    select
        raw.is_of_product(k.product_id, %(product_id)s::text)
        and not (k.shopper_id is distinct from %(shopper_id)s)
        and k.quantity = coalesce(%(quantity)s::integer, 1)
        and not (k.order_id is distinct from %(order_id)s)
        and coalesce(k.unit_price = %(unit_price)s::numeric, %(unit_price)s::numeric is null)
        and (k.purchased_at = %(occurred_at)s::timestamptz or not %(is_time_told)s::boolean)
            as is_same,
        k.product_id <> %(product_id)s::text as is_of_former
    from raw.purchases as k
    where k.purchase_id = %(event_id)s
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
        coalesce(%(quantity)s::integer, 1),
        %(unit_price)s::numeric,
        %(order_id)s::text
    from asked
    where has_product and not is_erased and (has_shopper or %(may_make)s::boolean)
    on conflict (purchase_id) do nothing
    returning purchase_id
),

-- Two first purchases at once: the second one waits here for the first, and finds the shopper.
made as (
    insert into raw.shoppers (shopper_id)
    select %(shopper_id)s::text
    from asked
    where not has_shopper and exists (select 1 from written)
    on conflict (shopper_id) do nothing
)

select
    a.has_product,
    a.has_shopper,
    true as has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    (select k.is_same from known as k) as is_same,
    -- By the rule of recs.left_out.
    a.has_consent
    and not exists (select 1 from known as k where k.is_of_former)
    and cardinality(recs.not_bought_again(array[%(product_id)s::text])) > 0 as is_left_out
from asked as a
