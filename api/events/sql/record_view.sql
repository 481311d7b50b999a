-- Record a look at a product, once, if the shopper consents to personalisation.
-- event_id: its id; product_id; shopper_id or session_id, the other null; shopper_hash: keyed hash of
-- the shopper, null without one; occurred_at: when.
-- A session needs no look-up: its id was given out after the visitor agreed.
-- A row: whether the product and the shopper are known, consent holds, the shopper was erased, the
-- view is recorded now (the first three are true and the fourth is not, nor is this: the id was
-- recorded before), and the product is not to be recommended any more.
with asked as (
    select
        exists(
            select 1 from raw.products as p
            where p.product_id = %(product_id)s
        ) as has_product,
        %(shopper_id)s::text is null
        or exists (
            select 1 from raw.shoppers as s
            where s.shopper_id = %(shopper_id)s
        ) as has_shopper,
        %(shopper_id)s::text is null
        or exists (
            select 1 from raw.consenting_shoppers as c
            where c.shopper_id = %(shopper_id)s
        ) as has_consent,
        exists(
            select 1 from raw.erased_shoppers as e
            where e.shopper_hash = %(shopper_hash)s
        ) as is_erased
),

written as (
    insert into raw.views (view_id, product_id, viewed_at, shopper_id, session_id)
    select
        %(event_id)s::text,
        %(product_id)s::text,
        %(occurred_at)s::timestamptz,
        %(shopper_id)s::text,
        %(session_id)s::text
    from asked
    where has_product and not is_erased and has_shopper and has_consent
    on conflict (view_id) do nothing
    returning view_id
)

select
    a.has_product,
    a.has_shopper,
    a.has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    false as is_left_out
from asked as a
