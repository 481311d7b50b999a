-- Record that a product was put into a basket, once, if the shopper consents to personalisation.
-- event_id: its id; shopper_hash: keyed hash of the shopper, null without one; product_id;
-- shopper_id or session_id, the other null; occurred_at: when; is_time_told: whether the sender
-- said so.
-- has_signal: whether the browser sent Global Privacy Control.
-- A row: as in record_view.
with asked as (
    select a.has_product, a.has_shopper, a.has_consent, a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s, 'personalisation', %(has_signal)s::boolean
    ) as a
),

known as (
    select
        raw.is_of_product(k.product_id, %(product_id)s::text)
        and not (k.shopper_id is distinct from %(shopper_id)s)
        and not (k.session_id is distinct from %(session_id)s)
        and (k.added_at = %(occurred_at)s::timestamptz or not %(is_time_told)s::boolean) as is_same
    from raw.basket_additions as k
    where k.addition_id = %(event_id)s
),

written as (
    insert into raw.basket_additions (addition_id, product_id, added_at, shopper_id, session_id)
    select
        %(event_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz,
        %(shopper_id)s::text,
        %(session_id)s::text
    from asked
    where has_product and not is_erased and has_shopper and has_consent
    on conflict (addition_id) do nothing
    returning addition_id
)

select
    a.has_product,
    a.has_shopper,
    a.has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    (select k.is_same from known as k) as is_same,
    false as is_left_out
from asked as a
