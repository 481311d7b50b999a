-- Record that a shopper does not want to see a product again, once, if they consent.
-- event_id: its id; product_id; shopper_id; shopper_hash: keyed hash of the id; occurred_at: when.
-- A row: as in record_view; is_same: it is hidden. A hide of the product that had the id before is
-- none of the one that has it now.
with asked as (
    select a.has_product, a.has_shopper, a.has_consent, a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

known as (
    select k.product_id = %(product_id)s::text as is_of_this
    from recs.hides as k
    where
        k.shopper_id = %(shopper_id)s
        and raw.is_of_product(k.product_id, %(product_id)s::text)
        and (k.product_id = %(product_id)s or k.event_id = %(event_id)s::text)
),

written as (
    insert into recs.hides (shopper_id, product_id, hidden_at, event_id)
    select
        %(shopper_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz,
        %(event_id)s::text
    from asked
    where
        has_product
        and not is_erased
        and has_shopper
        and has_consent
        and not exists (select 1 from known)
    on conflict (shopper_id, product_id) do nothing
    returning product_id
)

select
    a.has_product,
    a.has_shopper,
    a.has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    a.has_product or exists (select 1 from known) as is_same,
    a.has_consent
    and (
        exists (select 1 from written)
        or coalesce((select bool_or(k.is_of_this) from known as k), true)
    ) as is_left_out
from asked as a
