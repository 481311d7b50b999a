-- What a shopper or an anonymous session did last, one row per product: the taste to recommend by.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here: without it there is
-- no row, not of the session either; p_session_id: an anonymous session, whose visitor agreed
-- before the id was given out. What shoppers did in it while signed in does not count.
-- A row: kind ('purchase', 'review' of 4 or 5 stars, 'view'), the event's id, product_id, when, and
-- its weight: 3, 2 or 1 for the kind, times 0.85 for every later product; the latest 20 products.
create or replace function recs.recent_actions(p_shopper_id text, p_session_id text)
returns table (kind text, event_id text, product_id text, acted_at timestamptz, weight real)
language sql
stable
as $$
    with consenting as (
        select c.shopper_id
        from raw.current_consents as c
        where
            c.shopper_id = p_shopper_id
            and c.purpose = 'personalisation'
            and c.is_granted
    ),

    actions as (
        (
            select 'purchase' as kind, p.purchase_id as event_id, p.product_id,
                p.purchased_at as acted_at, 3.0 as kind_weight
            from raw.purchases as p
            where p.shopper_id = (select c.shopper_id from consenting as c)
            order by p.purchased_at desc, p.purchase_id
            limit 40
        )
        union all
        (
            select 'review', r.review_id, r.product_id, r.reviewed_at, 2.0
            from raw.reviews as r
            where r.shopper_id = (select c.shopper_id from consenting as c) and r.rating >= 4
            order by r.reviewed_at desc, r.review_id
            limit 40
        )
        union all
        (
            select 'view', v.view_id, v.product_id, v.viewed_at, 1.0
            from raw.views as v
            where v.shopper_id = (select c.shopper_id from consenting as c)
            order by v.viewed_at desc, v.view_id
            limit 80
        )
        union all
        (
            select 'view', v.view_id, v.product_id, v.viewed_at, 1.0
            from raw.views as v
            where
                v.session_id = p_session_id
                and v.shopper_id is null
                and (p_shopper_id is null or exists (select from consenting))
            order by v.viewed_at desc, v.view_id
            limit 80
        )
    ),

    -- The strongest kind stands for the product, its latest action of any kind dates it.
    by_product as (
        select distinct on (a.product_id)
            a.kind, a.event_id, a.product_id, a.kind_weight,
            max(a.acted_at) over (partition by a.product_id) as acted_at
        from actions as a
        order by a.product_id asc, a.kind_weight desc, a.acted_at desc, a.event_id asc
    )

    select b.kind, b.event_id, b.product_id, b.acted_at,
        (
            b.kind_weight
            * power(0.85, row_number() over (order by b.acted_at desc, b.product_id asc) - 1)
        )::real
    from by_product as b
    order by b.acted_at desc, b.product_id asc
    limit 20;
$$;
