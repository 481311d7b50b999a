-- What a shopper or an anonymous session did last, one action per product: the taste to recommend
-- by.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here: without it there is
-- none, not of the session either; p_session_id: an anonymous session, whose visitor agreed before
-- the id was given out. What shoppers did in it while signed in does not count. p_serving: a
-- model's serving options; p_as_of: only what happened strictly before counts, null: all until now;
-- p_history: more actions, from the caller: an array of objects with `product_id`, `kind` ('view'
-- where it is missing) and `acted_at`. Of kind 'basket' is what lies in a basket now; it counts as
-- a purchase. What was once put into a basket counts halfway between a view and a purchase.
-- Events of the future: recs.has_happened. A told action of the future counts as of now.
-- Actions, the latest first: kind ('purchase', 'review' of 4 or 5 stars, 'view', 'basket', 'more'
-- of what they want more like, which counts as a purchase), the event's id (null for what was told,
-- and of 'more'), product_id, when, and its weight; of the latest `actions` products. Of a visit
-- these are at most half, rounded up, where so many came before it; what came before has the other
-- places, and the visit those that are left. So a long visit hides nothing of the past.
-- The weight is the kind's, times the decay for every later one (recs.serving_options). Then the
-- current visit and what came before have shares of the sum of all weights, each shared out as its
-- own weights are: with n products in the visit and m before it, the past has (1 - visit × n / (n +
-- 1)) × m / (m + 1) and the visit the rest. So one look changes some of a list, several change more
-- of it, and a long taste is never lost. The sum stays, so that neighbours keep their place beside
-- the priors. What the visit is: recs.visit_length, which says the same of the rows: what is left
-- out of a visit is its oldest, and what came before is more than half an hour older than these.
-- With the option `visit` at 0 nothing is told apart.
create or replace function recs.recent_actions(
    p_shopper_id text, p_session_id text, p_serving jsonb default '{}',
    p_as_of timestamptz default null, p_history jsonb default null
)
returns recs.action []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    options record;
    events recs.action [];
    -- How far back so many actions of one visit can go.
    reach timestamptz;
    -- By product, the latest first, and what the kind of each counts.
    acted recs.action [];
    kind_weights double precision [];
    -- How many products are of the visit; what is kept of it, and of what came before.
    whole_visit integer;
    in_visit integer;
    in_past integer;
    past_share double precision;
    -- The decay of so many steps is the least that a number can hold; further ones count as much.
    last_step integer;
    -- What the weights of each side are times, so that it has its share.
    visit_factor double precision := 1;
    past_factor double precision := 1;
begin
    select o.* into options from recs.serving_options(p_serving) as o;
    events := array(
        select (a.kind, a.event_id, a.product_id, a.acted_at, null)::recs.action
        from recs.stored_actions(p_shopper_id, p_session_id, p_as_of, options.actions) as a
    );
    if p_history is not null then
        events := events || array(
            select (
                coalesce(h.kind, 'view'), null, h.product_id, least(h.acted_at, now()), null
            )::recs.action
            from jsonb_to_recordset(p_history) as h (
                kind text, product_id text, acted_at timestamptz
            )
            where h.product_id is not null
        );
    end if;
    -- Events of one long visit may be all that was read. More of them than count lie within so many
    -- half hours.
    if options.visit > 0 and cardinality(events) > options.actions then
        reach := coalesce(p_as_of, now()) - (options.actions + 1) * interval '30 minutes';
        if options.actions < (select count(*) from unnest(events) as e where e.acted_at >= reach) then
            events := events || array(
                select (b.kind, b.event_id, b.product_id, b.acted_at, null)::recs.action
                from recs.actions_before_visit(
                    p_shopper_id, p_session_id, options.actions,
                    array(select e from unnest(events) as e order by e.acted_at desc),
                    p_as_of
                ) as b
            );
        end if;
    end if;

    -- The strongest kind stands for the product, of equally strong ones a purchase; its latest
    -- action of any kind dates it.
    select
        array_agg(
            (b.kind, b.event_id, b.product_id, b.acted_at, null)::recs.action
            order by b.acted_at desc, b.product_id asc
        ),
        array_agg(b.kind_weight order by b.acted_at desc, b.product_id asc)
    into acted, kind_weights
    from (
        select distinct on (w.product_id)
            w.kind, w.event_id, w.product_id, w.kind_weight,
            max(w.acted_at) over (partition by w.product_id) as acted_at
        from (
            select e.*,
                case e.kind
                    when 'purchase' then options.purchase_weight
                    when 'more' then options.purchase_weight
                    when 'basket'
                        then case
                            when e.event_id is null then options.purchase_weight
                            else (options.view_weight + options.purchase_weight) / 2
                        end
                    when 'review' then options.review_weight
                    else options.view_weight
                end as kind_weight
            from unnest(events) as e
        ) as w
        where w.kind_weight > 0
        order by
            w.product_id asc, w.kind_weight desc, w.kind = 'purchase' desc, w.acted_at desc,
            w.event_id asc, w.kind asc
    ) as b;
    if acted is null then
        return '{}';
    end if;

    whole_visit := recs.visit_length(acted, p_as_of);
    in_visit := least(whole_visit, options.actions);
    if options.visit > 0 then
        in_visit := least(
            whole_visit,
            greatest(
                (options.actions + 1) / 2,
                options.actions - (cardinality(acted) - whole_visit)
            )
        );
    end if;
    in_past := least(cardinality(acted) - whole_visit, options.actions - in_visit);
    if cardinality(acted) > in_visit + in_past then
        -- What came before moves up to the places that the visit leaves.
        acted := acted[:in_visit] || acted[whole_visit + 1:whole_visit + in_past];
        kind_weights := kind_weights[:in_visit]
            || kind_weights[whole_visit + 1:whole_visit + in_past];
    end if;

    last_step := case when options.decay < 1 then least(1000, -700 / ln(options.decay)) else 1000 end;
    if options.visit > 0 and in_visit > 0 and in_past > 0 then
        past_share := (1 - options.visit * in_visit / (in_visit + 1.0)) * in_past / (in_past + 1.0);
        select
            (1 - past_share) * sum(w.weight) / sum(w.weight) filter (where w.place <= in_visit),
            past_share * sum(w.weight) / sum(w.weight) filter (where w.place > in_visit)
        into visit_factor, past_factor
        from (
            select k.place, k.weight * power(options.decay, least(k.place - 1, last_step)) as weight
            from unnest(kind_weights) with ordinality as k (weight, place)
        ) as w;
    end if;

    return array(
        select (
            u.kind, u.event_id, u.product_id, u.acted_at,
            -- What has decayed to nothing a real can hold stays above 0.
            greatest(
                1e-30,
                kind_weights[u.place] * power(options.decay, least(u.place - 1, last_step))
                * case when u.place <= in_visit then visit_factor else past_factor end
            )
        )::recs.action
        from unnest(acted) with ordinality
            as u (kind, event_id, product_id, acted_at, weight, place)
        order by u.place
    );
end;
$$;
