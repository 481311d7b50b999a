-- Change how many pieces of a product lie in a basket; one that does not lie there stays out.
-- basket_id: the basket; product_id; quantity: pieces, 0: take it out.
with changed as (
    update raw.baskets as b
    set changed_at = now()
    where b.basket_id = %(basket_id)s
    returning b.basket_id
),

taken_out as (
    delete from raw.basket_lines as l
    using changed as c
    where
        l.basket_id = c.basket_id
        and l.product_id = %(product_id)s
        and %(quantity)s::integer = 0
)

update raw.basket_lines as l
set quantity = %(quantity)s::integer
from changed as c
where
    l.basket_id = c.basket_id
    and l.product_id = %(product_id)s
    and %(quantity)s::integer > 0
