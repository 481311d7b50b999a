-- Change how many pieces of a product lie in a basket; one that does not lie there stays out.
-- basket_id: the basket; product_id; quantity: pieces, 0: take it out.
-- A row: whether it lay there.
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
    returning l.product_id
),

counted as (
    update raw.basket_lines as l
    set quantity = %(quantity)s::integer
    from changed as c
    where
        l.basket_id = c.basket_id
        and l.product_id = %(product_id)s
        and %(quantity)s::integer > 0
    returning l.product_id
)

select exists (select 1 from taken_out) or exists (select 1 from counted) as is_there
