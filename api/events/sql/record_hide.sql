-- Record that a shopper does not want to see a product again, once, if they consent.
-- product_id; shopper_id; shopper_hash: keyed hash of the id; occurred_at: when.
-- A row: as in record_view; is_same: it is hidden.
with asked as (
    select a.has_product, a.has_shopper, a.has_consent, a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

written as (
    insert into recs.hides (shopper_id, product_id, hidden_at)
    select
        %(shopper_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz
    from asked
    where has_product and not is_erased and has_shopper and has_consent
    on conflict (shopper_id, product_id) do nothing
    returning product_id
)

select
    a.has_product,
    a.has_shopper,
    a.has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    true as is_same,
    a.has_consent as is_left_out
from asked as a
