-- What a shopper, or an anonymous session, wants more and less like.
-- shopper_id or session_id, the other null.
-- A row: a product with the direction, 1 or -1; the latest first.
select
    p.product_id,
    p.direction
from recs.preferences as p
where
    p.shopper_id = %(shopper_id)s::text
    or (p.shopper_id is null and p.session_id = %(session_id)s::text)
order by p.stated_at desc, p.product_id asc
