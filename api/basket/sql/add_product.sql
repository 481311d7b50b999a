-- Put pieces of a product into a basket, which is made if need be. Nothing is put in of a product
-- that cannot be bought now, nor for a shopper who was erased, nor beyond so many products.
-- basket_id: the basket; shopper_id: whose, null: of a visitor; shopper_hash: keyed hash of the
-- shopper, null without one; product_id; quantity: pieces to add; most: pieces of one product at
-- most; most_lines: products at most.
-- A row: whether the product is known, can be bought, and was put in; and whether so many pieces of
-- it were in the basket that there was no room for another.
with asked as (
    select
        e.has_shopper and not e.is_erased as has_shopper,
        p.product_id is not null as has_product,
        coalesce(p.is_in_stock, false) as is_available
    from
        raw.event_permission(
            null, %(shopper_id)s::text, %(shopper_hash)s::bytea
        ) as e
    left join raw.products as p
        on p.product_id = %(product_id)s::text and not p.is_hidden and p.removed_at is null
),

made as (
    insert into raw.baskets (basket_id, shopper_id)
    select
        %(basket_id)s::text,
        %(shopper_id)s::text
    from asked
    where has_shopper and is_available
    on conflict (basket_id) do update set changed_at = now()
    returning basket_id
),

room as (
    select m.basket_id
    from made as m
    where
        exists (
            select 1 from raw.basket_lines as l
            where l.basket_id = m.basket_id and l.product_id = %(product_id)s::text
        )
        or (
            select count(*) from raw.basket_lines as l
            where l.basket_id = m.basket_id
        ) < %(most_lines)s::integer
),

put as (
    insert into raw.basket_lines as l (basket_id, product_id, quantity)
    select
        r.basket_id,
        %(product_id)s::text,
        least(%(quantity)s::integer, %(most)s::integer)
    from room as r
    on conflict (basket_id, product_id) do update
        set quantity = least(l.quantity + excluded.quantity, %(most)s::integer)
        where l.quantity < %(most)s::integer
    returning l.product_id
)

select
    a.has_product,
    a.is_available,
    exists(select 1 from put) as is_put,
    exists(
        select 1
        from room as r
        inner join raw.basket_lines as l on r.basket_id = l.basket_id
        where l.product_id = %(product_id)s::text and l.quantity >= %(most)s::integer
    ) as has_most
from asked as a
