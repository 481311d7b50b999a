-- Put what lies in a visitor's basket into that of the shopper whom they signed in as. Of what lies
-- in both, the larger number stays.
-- visitor_basket: the visitor's; basket_id: the shopper's; shopper_id: the shopper; shopper_hash:
-- keyed hash of the shopper.
with asked as (
    select 1 as is_asked
    from
        raw.event_permission(
            null, %(shopper_id)s::text, %(shopper_hash)s::bytea
        ) as e
    where
        e.has_shopper
        and not e.is_erased
        and exists (
            select 1 from raw.basket_lines as l
            where l.basket_id = %(visitor_basket)s::text
        )
),

made as (
    insert into raw.baskets (basket_id, shopper_id)
    select
        %(basket_id)s::text,
        %(shopper_id)s::text
    from asked
    on conflict (basket_id) do update set changed_at = now()
    returning basket_id
),

moved as (
    insert into raw.basket_lines as l (basket_id, product_id, quantity, added_at)
    select
        m.basket_id,
        v.product_id,
        v.quantity,
        v.added_at
    from made as m
    cross join raw.basket_lines as v
    where v.basket_id = %(visitor_basket)s::text
    on conflict (basket_id, product_id) do update
        set quantity = greatest(l.quantity, excluded.quantity)
)

delete from raw.baskets as b
where b.basket_id = %(visitor_basket)s::text
