-- What a shopper or an anonymous session did last, as the shop told it, one row per event.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here; p_session_id: an
-- anonymous session: what both mean, recs.recent_actions says; p_before: only what happened
-- strictly before, null: all until now; p_actions: products wanted. A product is acted on more than
-- once, so that more events are read than that: the last 4 × p_actions views of each of the two,
-- and 2 × p_actions of each other kind.
-- A row: kind ('purchase', 'review' of 4 or 5 stars, 'view', 'basket', 'more' of what they want
-- more like), the event's id, of 'more' null, product_id, and when.
-- One statement without settings of its own, so that Postgres puts it in the caller's place.
create or replace function recs.stored_actions(
    p_shopper_id text, p_session_id text, p_before timestamptz, p_actions integer
) returns table (kind text, event_id text, product_id text, acted_at timestamptz)
language sql
stable
as $$
    with consenting as (
        select c.shopper_id from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id
    )

    (
        select 'purchase', p.purchase_id, p.product_id, p.purchased_at
        from raw.purchases as p
        where
            p.shopper_id = (select c.shopper_id from consenting as c)
            and p.returned_quantity < p.quantity
            and recs.has_happened(p.purchased_at, p_before)
        order by p.purchased_at desc, p.purchase_id
        limit 2 * p_actions
    )
    union all
    (
        select 'review', r.review_id, r.product_id, r.reviewed_at
        from raw.reviews as r
        where
            r.shopper_id = (select c.shopper_id from consenting as c)
            and r.rating >= 4
            and recs.has_happened(r.reviewed_at, p_before)
        order by r.reviewed_at desc, r.review_id
        limit 2 * p_actions
    )
    union all
    (
        select 'view', v.view_id, v.product_id, v.viewed_at
        from raw.views as v
        where
            v.shopper_id = (select c.shopper_id from consenting as c)
            and recs.has_happened(v.viewed_at, p_before)
        order by v.viewed_at desc, v.view_id
        limit 4 * p_actions
    )
    union all
    (
        select 'view', v.view_id, v.product_id, v.viewed_at
        from raw.views as v
        where
            v.session_id = p_session_id
            and v.shopper_id is null
            and recs.has_happened(v.viewed_at, p_before)
            and (p_shopper_id is null or exists (select from consenting))
        order by v.viewed_at desc, v.view_id
        limit 4 * p_actions
    )
    union all
    (
        select 'basket', b.addition_id, b.product_id, b.added_at
        from raw.basket_additions as b
        where
            b.shopper_id = (select c.shopper_id from consenting as c)
            and recs.has_happened(b.added_at, p_before)
        order by b.added_at desc, b.addition_id
        limit 2 * p_actions
    )
    union all
    (
        select 'basket', b.addition_id, b.product_id, b.added_at
        from raw.basket_additions as b
        where
            b.session_id = p_session_id
            and b.shopper_id is null
            and recs.has_happened(b.added_at, p_before)
            and (p_shopper_id is null or exists (select from consenting))
        order by b.added_at desc, b.addition_id
        limit 2 * p_actions
    )
    union all
    (
        select 'more', null, m.product_id, m.stated_at
        from recs.preferences as m
        where
            m.shopper_id = (select c.shopper_id from consenting as c)
            and m.direction = 1
            and recs.has_happened(m.stated_at, p_before)
        order by m.stated_at desc, m.product_id
        limit 2 * p_actions
    )
    union all
    (
        select 'more', null, m.product_id, m.stated_at
        from recs.preferences as m
        where
            m.shopper_id is null
            and m.session_id = p_session_id
            and m.direction = 1
            and recs.has_happened(m.stated_at, p_before)
            and (p_shopper_id is null or exists (select from consenting))
        order by m.stated_at desc, m.product_id
        limit 2 * p_actions
    );
$$;
