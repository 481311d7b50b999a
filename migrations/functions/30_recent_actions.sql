-- What a shopper or an anonymous session did last, one row per product: the taste to recommend by.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here: without it there is
-- no row, not of the session either; p_session_id: an anonymous session, whose visitor agreed
-- before the id was given out. What shoppers did in it while signed in does not count. p_serving:
-- a model's serving options; p_as_of: only what happened strictly before counts, null: all until
-- now; p_history: more actions, from the caller: an array of objects with `product_id`, `kind` and
-- `acted_at`. Of kind 'basket' is what lies in a basket now; it counts as a purchase. What was once
-- put into a basket counts halfway between a view and a purchase.
-- Events of the future: recs.has_happened. A told action of the future counts as of now.
-- A row: kind ('purchase', 'review' of 4 or 5 stars, 'view', 'basket'), the event's id (null for
-- what was told), product_id, when, and its weight; the latest `actions` products. Of a visit these
-- are at most half, rounded up, where so many came before it; what came before has the other
-- places, and the visit those that are left. So a long visit hides nothing of the past.
-- The weight is the kind's, times the decay for every later row (recs.serving_options). Then
-- the current visit and what came before have shares of the sum of all weights, each shared out as
-- its own weights are: with n products in the visit and m before it, the past has
-- (1 - visit × n / (n + 1)) × m / (m + 1) and the visit the rest. So one look changes some of a
-- list, several change more of it, and a long taste is never lost. The sum stays, so that
-- neighbours keep their place beside the priors. What the visit is: recs.visit_length, which says
-- the same of the rows: what is left out of a visit is its oldest, and what came before is more
-- than half an hour older than these. With the option `visit` at 0 nothing is told apart.
create or replace function recs.recent_actions(
    p_shopper_id text, p_session_id text, p_serving jsonb default '{}',
    p_as_of timestamptz default null, p_history jsonb default null
)
returns setof recs.action
language sql
stable
as $$
    with options as materialized (
        select o.* from recs.serving_options(p_serving) as o
    ),

    actions as materialized (
        select a.kind, a.event_id, a.product_id, a.acted_at
        from options as o
        cross join lateral recs.stored_actions(
            p_shopper_id, p_session_id, p_as_of, o.actions
        ) as a
        union all
        select h.kind, null, h.product_id, least(h.acted_at, now())
        from jsonb_to_recordset(coalesce(p_history, '[]')) as h (
            kind text, product_id text, acted_at timestamptz
        )
        where h.product_id is not null
    ),

    -- Events of one long visit may be all that was read.
    all_actions as (
        select a.* from actions as a
        union all
        select b.kind, b.event_id, b.product_id, b.acted_at
        from options as o
        cross join lateral recs.actions_before_visit(
            p_shopper_id, p_session_id, o.actions,
            (select array_agg(a.acted_at order by a.acted_at desc) from actions as a),
            p_as_of
        ) as b
        where
            o.visit > 0
            -- More events of a visit than that lie within so many half hours.
            and o.actions < (
                select count(*)
                from actions as a
                where
                    a.acted_at
                    >= coalesce(p_as_of, now()) - (o.actions + 1) * interval '30 minutes'
            )
    ),

    weighted as (
        select a.kind, a.event_id, a.product_id, a.acted_at,
            case a.kind
                when 'purchase' then o.purchase_weight
                when 'basket'
                    then case
                        when a.event_id is null then o.purchase_weight
                        else (o.view_weight + o.purchase_weight) / 2
                    end
                when 'review' then o.review_weight
                else o.view_weight
            end as kind_weight
        from all_actions as a
        cross join options as o
    ),

    -- The strongest kind stands for the product, of equally strong ones a purchase; its latest
    -- action of any kind dates it.
    by_product as (
        select distinct on (w.product_id)
            w.kind, w.event_id, w.product_id, w.kind_weight,
            max(w.acted_at) over (partition by w.product_id) as acted_at
        from weighted as w
        where w.kind_weight > 0
        order by
            w.product_id asc, w.kind_weight desc, w.kind = 'purchase' desc, w.acted_at desc,
            w.event_id asc, w.kind asc
    ),

    ordered as (
        select b.*, row_number() over (order by b.acted_at desc, b.product_id asc) as number
        from by_product as b
    ),

    whole_visit as (
        select recs.visit_length(array_agg(d.acted_at order by d.number), p_as_of) as length,
            count(*)::integer as products
        from ordered as d
    ),

    -- What is kept of the visit and of what came before.
    visit as (
        select v.length as whole, k.in_visit,
            least(v.products - v.length, o.actions - k.in_visit) as in_past
        from options as o
        cross join whole_visit as v
        cross join lateral (
            select
                case
                    when o.visit > 0
                        then least(
                            v.length,
                            greatest((o.actions + 1) / 2, o.actions - (v.products - v.length))
                        )
                    else least(v.length, o.actions)
                end as in_visit
        ) as k
    ),

    -- What came before moves up to the places that the visit leaves.
    faded as (
        select l.kind, l.event_id, l.product_id, l.acted_at, l.place,
            l.kind_weight * power(o.decay, l.place - 1) as weight
        from (
            select d.*,
                case when d.number > v.whole then d.number - v.whole + v.in_visit else d.number end
                    as place
            from ordered as d
            cross join visit as v
            where d.number <= v.in_visit or d.number > v.whole
        ) as l
        cross join options as o
        where l.place <= o.actions
    ),

    sums as (
        select sum(f.weight) as of_all,
            sum(f.weight) filter (where f.place <= v.in_visit) as of_visit,
            sum(f.weight) filter (where f.place > v.in_visit) as of_past
        from faded as f
        cross join visit as v
    ),

    -- Null: there is no visit, or nothing before it, or the model does not tell them apart.
    shares as (
        select s.of_all, s.of_visit, s.of_past,
            case
                when o.visit > 0 and v.in_visit > 0 and v.in_past > 0
                    then (1 - o.visit * v.in_visit / (v.in_visit + 1)) * v.in_past / (v.in_past + 1)
            end as share_of_past
        from sums as s
        cross join visit as v
        cross join options as o
    )

    select f.kind, f.event_id, f.product_id, f.acted_at,
        -- What has decayed to nothing a real can hold stays above 0.
        greatest(
            1e-30,
            f.weight
            * case
                when s.share_of_past is null then 1
                when f.place <= v.in_visit then (1 - s.share_of_past) * s.of_all / s.of_visit
                else s.share_of_past * s.of_all / s.of_past
            end
        )::real
    from faded as f
    cross join visit as v
    cross join shares as s
    order by f.place;
$$;
