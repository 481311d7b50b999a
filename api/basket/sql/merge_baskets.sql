-- Put what lies in a visitor's basket into that of the shopper whom they signed in as. Of what lies
-- in both, the larger number stays.
-- visitor_basket: the visitor's; basket_id: the shopper's; shopper_id: the shopper; shopper_hash:
-- keyed hash of the shopper; most_lines: products in a basket at most.
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

-- What lies in both, and as many others as there is room for.
taken as (
    select
        v.product_id,
        v.quantity,
        v.added_at
    from (
        select
            l.*,
            o.product_id is not null as is_in_both,
            count(*) filter (where o.product_id is null) over (
                order by l.added_at, l.product_id
            ) as others
        from raw.basket_lines as l
        left join raw.basket_lines as o
            on o.basket_id = %(basket_id)s::text and l.product_id = o.product_id
        where l.basket_id = %(visitor_basket)s::text
    ) as v
    where
        v.is_in_both
        or v.others <= %(most_lines)s::integer - (
            select count(*) from raw.basket_lines as c
            where c.basket_id = %(basket_id)s::text
        )
),

moved as (
    insert into raw.basket_lines as l (basket_id, product_id, quantity, added_at)
    select
        m.basket_id,
        t.product_id,
        t.quantity,
        t.added_at
    from made as m
    cross join taken as t
    on conflict (basket_id, product_id) do update
        set quantity = greatest(l.quantity, excluded.quantity)
)

delete from raw.baskets as b
where b.basket_id = %(visitor_basket)s::text
