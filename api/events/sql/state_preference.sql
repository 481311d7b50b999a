-- Keep that a shopper who consents, or an anonymous session, wants more or less like a product.
-- What they said of it before is replaced, and beyond the latest so many the oldest is forgotten.
-- product_id; shopper_id or session_id, the other null; shopper_hash: keyed hash of the shopper,
-- null without one; direction: 1 or -1; most: products of a person at most.
-- A row: whether the product is known, and whether the wish is kept.
with asked as (
    select
        a.has_product,
        a.has_product and not a.is_erased and a.has_shopper and a.has_consent as may_keep
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

written as (
    insert into recs.preferences (product_id, shopper_id, session_id, direction)
    select
        %(product_id)s::text,
        %(shopper_id)s::text,
        %(session_id)s::text,
        %(direction)s::smallint
    from asked
    where may_keep
    on conflict (shopper_id, session_id, product_id) do update
        set direction = excluded.direction, stated_at = now()
    returning product_id
),

forgotten as (
    delete from recs.preferences as p
    using (
        select o.product_id
        from recs.preferences as o
        where
            (
                o.shopper_id = %(shopper_id)s::text
                or (o.shopper_id is null and o.session_id = %(session_id)s::text)
            )
            and o.product_id <> %(product_id)s::text
        order by o.stated_at desc, o.product_id asc
        offset %(most)s::integer - 1
    ) as oldest
    where
        (
            p.shopper_id = %(shopper_id)s::text
            or (p.shopper_id is null and p.session_id = %(session_id)s::text)
        )
        and p.product_id = oldest.product_id
        and exists (select 1 from written)
)

select
    a.has_product,
    exists(select 1 from written) as is_kept
from asked as a
