-- What a shopper or an anonymous session looked at last.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here: without it there is
-- no row; p_session_id: an anonymous session, whose visitor agreed before the id was given out;
-- p_k: rows wanted, 0 or more; p_exclude: product ids to leave out; p_filter: see
-- recs.product_filter, null: in stock.
-- A row: rank from 1, product_id, the latest view's id and its time; the latest first; of
-- a group of variants the one viewed last. What the
-- shopper asked not to see is left out. Always min(p_k, eligible) of the last 500 views; for the
-- future see recs.has_happened.
create or replace function recs.recently_viewed(
    p_shopper_id text, p_session_id text, p_k integer default 10, p_exclude text [] default '{}',
    p_filter recs.product_filter default null
) returns table (rank integer, product_id text, view_id text, viewed_at timestamptz)
language sql
stable
as $$
    with views as (
        (
            select v.product_id, v.view_id, v.viewed_at
            from raw.views as v
            where
                v.shopper_id = (
                    select c.shopper_id
                    from raw.consenting_shoppers as c
                    where c.shopper_id = p_shopper_id
                )
                and recs.has_happened(v.viewed_at)
            order by v.viewed_at desc, v.view_id
            limit 500
        )
        union all
        (
            select v.product_id, v.view_id, v.viewed_at
            from raw.views as v
            where
                v.session_id = p_session_id
                and v.shopper_id is null
                and p_shopper_id is null
                and recs.has_happened(v.viewed_at)
            order by v.viewed_at desc, v.view_id
            limit 500
        )
    ),

    latest as (
        select distinct on (v.product_id) v.product_id, v.view_id, v.viewed_at
        from views as v
        order by v.product_id, v.viewed_at desc, v.view_id
    ),

    fitting as (
        select l.product_id, l.view_id, l.viewed_at,
            row_number() over (
                partition by
                    p.variant_group_id, case when p.variant_group_id is null then l.product_id end
                order by l.viewed_at desc, l.product_id
            ) as number_in_group
        from latest as l
        inner join raw.products as p on l.product_id = p.product_id
        where
            recs.fits(p, p_filter)
            and l.product_id not in (select unnest(recs.with_variants(p_exclude)))
            and l.product_id not in (
                select h.product_id from recs.hides as h where h.shopper_id = p_shopper_id
            )
    )

    select
        (row_number() over (order by f.viewed_at desc, f.product_id))::integer,
        f.product_id, f.view_id, f.viewed_at
    from fitting as f
    where f.number_in_group = 1
    order by f.viewed_at desc, f.product_id
    limit p_k;
$$;
