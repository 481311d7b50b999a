-- What must not be recommended to a shopper or visitor, whichever way recommendations are found:
--   what they bought and kept, unless products like it are bought again and again;
--   what they asked not to see;
--   what they reviewed, with however many stars, and did not buy;
--   what they looked at or put into a basket in the last p_viewed_days days, and did not buy;
--   what lies in their basket: that of the site, and what the request tells of;
--   what the request excludes.
-- p_shopper_id: a shopper, null: nobody; p_acted: what they did lately, of recs.recent_actions;
-- p_history: as in recs.recent_actions; p_exclude: product ids, null: none; p_as_of: what they did
-- strictly before, null: all until now; p_viewed_days: after so many days a product that was looked
-- at or put into a basket, and not bought, may come back; p_session_id: the session of p_acted.
-- The last 200 looks of the shopper and of the session are read beside p_acted, and as many
-- additions to baskets: p_acted lacks what lies behind the products that make the taste, or behind
-- many looks at a few of them.
-- Returns the product ids, some of them maybe twice. Without the shopper's consent nothing they
-- did is read; their wish to hide a product counts all the same.
create or replace function recs.left_out(
    p_shopper_id text, p_acted recs.action [] default '{}', p_history jsonb default null,
    p_exclude text [] default '{}', p_as_of timestamptz default null,
    p_viewed_days double precision default 14, p_session_id text default null
) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- Null: nobody, or somebody without consent.
    consenting constant text := (
        select c.shopper_id from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id
    );
    until constant timestamptz := coalesce(p_as_of, now());
    since constant timestamptz := until - p_viewed_days * interval '1 day';
    bought text [];
    -- Of these what is not bought again and again.
    kept text [];
    -- What was looked at, put into a basket or reviewed, and not bought.
    seen text [];
    -- What they hid, and what lies in the basket of the site.
    hidden text [] := '{}';
    in_basket text [] := '{}';
begin
    -- Each statement runs only where it can find something: most shoppers tell no history.
    select
        coalesce(array_agg(a.product_id) filter (where a.kind = 'purchase'), '{}'),
        coalesce(
            array_agg(a.product_id) filter (
                where a.kind = 'review' or (a.acted_at > since and a.kind <> 'more')
            ),
            '{}'
        )
    into bought, seen
    from unnest(p_acted) as a;
    if consenting is not null then
        bought := bought || array(
            select distinct b.product_id
            from raw.purchases as b
            where
                b.shopper_id = consenting
                and b.returned_quantity < b.quantity
                and b.purchased_at < coalesce(p_as_of, 'infinity')
        );
        seen := seen || array(
            (
                select v.product_id
                from raw.views as v
                where
                    v.shopper_id = consenting
                    and v.viewed_at > since
                    and v.viewed_at < until
                order by v.viewed_at desc
                limit 200
            )
            union all
            (
                select b.product_id
                from raw.basket_additions as b
                where
                    b.shopper_id = consenting
                    and b.added_at > since
                    and b.added_at < until
                order by b.added_at desc
                limit 200
            )
            union all
            select r.product_id
            from raw.reviews as r
            where r.shopper_id = consenting and r.reviewed_at < coalesce(p_as_of, 'infinity')
        );
    end if;
    if p_session_id is not null and (p_shopper_id is null or consenting is not null) then
        seen := seen || array(
            (
                select v.product_id
                from raw.views as v
                where
                    v.session_id = p_session_id
                    and v.shopper_id is null
                    and v.viewed_at > since
                    and v.viewed_at < until
                order by v.viewed_at desc
                limit 200
            )
            union all
            (
                select b.product_id
                from raw.basket_additions as b
                where
                    b.session_id = p_session_id
                    and b.shopper_id is null
                    and b.added_at > since
                    and b.added_at < until
                order by b.added_at desc
                limit 200
            )
        );
    end if;
    if p_history is not null then
        bought := bought || array(
            select h.product_id
            from jsonb_to_recordset(p_history) as h (kind text, product_id text)
            where h.kind = 'purchase' and h.product_id is not null
        );
        seen := seen || array(
            select h.product_id
            from jsonb_to_recordset(p_history) as h (
                kind text, product_id text, acted_at timestamptz
            )
            where
                h.product_id is not null
                and (
                    h.kind = 'review'
                    or coalesce(h.kind, 'view') = 'view' and coalesce(h.acted_at, until) > since
                )
        );
        in_basket := array(
            select h.product_id
            from jsonb_to_recordset(p_history) as h (kind text, product_id text)
            where h.kind = 'basket' and h.product_id is not null
        );
    end if;
    kept := recs.not_bought_again(bought);
    -- What is bought again and again may come back, though it was looked at.
    if cardinality(kept) < cardinality(bought) then
        seen := array(
            select s.product_id
            from unnest(seen) as s (product_id)
            where s.product_id not in (select unnest(bought))
        );
    end if;
    if p_shopper_id is not null then
        hidden := array(
            select h.product_id
            from recs.hides as h
            where h.shopper_id = p_shopper_id and h.hidden_at < coalesce(p_as_of, 'infinity')
            union all
            -- What lay in it at another time is not known.
            select l.product_id
            from raw.basket_lines as l
            where p_as_of is null and l.basket_id = 'shopper:' || p_shopper_id
        );
    end if;
    return
        kept
        || seen
        || hidden
        || in_basket
        || coalesce(array_remove(p_exclude, null), '{}');
end;
$$;
