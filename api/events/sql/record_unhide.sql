-- Let a product that a shopper hid be shown to them again. It takes nothing but their own wish
-- back, so it needs no consent.
-- product_id; shopper_id.
-- A row: as in record_view, shopper and consent always true; is_same: it is not hidden.
with asked as (
    select exists(
        select 1 from raw.products as p
        where p.product_id = %(product_id)s
    ) as has_product
),

written as (
    delete from recs.hides as h
    where h.shopper_id = %(shopper_id)s and h.product_id = %(product_id)s
    returning h.product_id
)

select
    a.has_product,
    true as has_shopper,
    true as has_consent,
    false as is_erased,
    exists(select 1 from written) as is_recorded,
    true as is_same,
    false as is_left_out
from asked as a
