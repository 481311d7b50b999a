-- Record that a product of a list was clicked on, once, if the shopper consents to measurement.
-- event_id: its id; shopper_hash: keyed hash of the shopper, null without one; product_id;
-- shopper_id or session_id, the other null; occurred_at: when; is_time_told: whether the sender
-- said so; place: where the list stood, model: which model made it, null: not told.
-- has_signal: whether the browser sent Global Privacy Control.
-- A row: as in record_view.
with asked as (
    select a.has_product, a.has_shopper, a.has_consent, a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s, 'measurement', %(has_signal)s::boolean
    ) as a
),

known as (
    select
        raw.is_of_product(k.product_id, %(product_id)s::text)
        and not (k.shopper_id is distinct from %(shopper_id)s)
        and not (k.session_id is distinct from %(session_id)s)
        and not (k.place is distinct from %(place)s)
        and not (k.model is distinct from %(model)s)
        and (k.clicked_at = %(occurred_at)s::timestamptz or not %(is_time_told)s::boolean)
            as is_same
    from raw.clicks as k
    where k.click_id = %(event_id)s
),

written as (
    insert into raw.clicks (click_id, product_id, clicked_at, shopper_id, session_id, place, model)
    select
        %(event_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz,
        %(shopper_id)s::text,
        %(session_id)s::text,
        %(place)s::text,
        %(model)s::text
    from asked
    where has_product and not is_erased and has_shopper and has_consent
    on conflict (click_id) do nothing
    returning click_id
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
