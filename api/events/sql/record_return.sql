-- Record a return, once. Triggers count it.
-- event_id: id of the return; purchase_id: what is taken back; quantity: pieces, null: all;
-- occurred_at: when; is_time_told: whether the sender said so; tolerance: interval by which it may
-- lie before the purchase, because the clocks of two machines differ.
-- A row: as in record_view, the purchase in place of the product, shopper and consent always true;
-- bought_at: when the purchase was made, if the return lies before it; bought: pieces of the
-- purchase, if the return is of more. Neither is recorded.
with asked as (
    select
        case
            when %(occurred_at)s::timestamptz < p.purchased_at - %(tolerance)s::interval
                then p.purchased_at
        end as bought_at,
        case when %(quantity)s::integer > p.quantity then p.quantity end as bought
    from raw.purchases as p
    where p.purchase_id = %(purchase_id)s
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
    where bought_at is null and bought is null
    on conflict (return_id) do nothing
    returning return_id
)

select
    exists(select 1 from asked) as has_product,
    true as has_shopper,
    true as has_consent,
    false as is_erased,
    exists(select 1 from written) as is_recorded,
    (select k.is_same from known as k) as is_same,
    false as is_left_out,
    (select a.bought_at from asked as a) as bought_at,
    (select a.bought from asked as a) as bought
