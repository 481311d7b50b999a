-- Record that a purchase was taken back, once. Triggers count it.
-- event_id: id of the return; purchase_id: what is taken back; quantity: pieces, null: all;
-- occurred_at: when; is_time_told: whether the sender said so.
-- A row: as in record_view, the purchase in place of the product, shopper and consent always true.
with asked as (
    select exists(
        select 1 from raw.purchases as p
        where p.purchase_id = %(purchase_id)s
    ) as has_purchase
),

known as (
    select
        k.purchase_id = %(purchase_id)s::text
        and not (k.quantity is distinct from %(quantity)s)
        and (k.returned_at = %(occurred_at)s::timestamptz or not %(is_time_told)s::boolean)
            as is_same
    from raw.returns as k
    where k.return_id = %(event_id)s
),

written as (
    insert into raw.returns (return_id, purchase_id, returned_at, quantity)
    select
        %(event_id)s::text,
        %(purchase_id)s::text,
        %(occurred_at)s::timestamptz,
        %(quantity)s::integer
    from asked
    where has_purchase
    on conflict (return_id) do nothing
    returning return_id
)

select
    a.has_purchase as has_product,
    true as has_shopper,
    true as has_consent,
    false as is_erased,
    exists(select 1 from written) as is_recorded,
    (select k.is_same from known as k) as is_same,
    false as is_left_out
from asked as a
