-- Forget what a shopper, or an anonymous session, wants more or less like. It takes nothing but
-- their own wish back, so it needs no consent.
-- product_id; shopper_id or session_id, the other null.
-- A row: the product, if there was such a wish.
delete from recs.preferences as p
where
    p.product_id = %(product_id)s
    and (
        p.shopper_id = %(shopper_id)s::text
        or (p.shopper_id is null and p.session_id = %(session_id)s::text)
    )
returning p.product_id
