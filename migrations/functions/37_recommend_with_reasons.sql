-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_filter: see recs.product_filter, null: in stock; p_candidates: choose
-- among these products alone, null: among all; p_model: name of a model, null: the serving one;
-- p_diversity: see recs.diversity_level; p_history: actions that the caller tells of, see
-- recs.recent_actions; p_with_reasons: whether to look the reasons up; p_until: only what happened
-- strictly before makes the taste, null: all, so that a next page is of the same taste; p_as_of:
-- answer from what happened strictly before, null: from all; p_way: how products are found:
--   'vectors': a trained model's neighbours and priors, then the products nearest to the taste;
--   'neighbours': the neighbours and priors that are stored, of any model; no vector is read, and
--   so nothing is re-ranked for diversity, but a visit has its places all the same;
--   'popular': popular products alone;
-- p_unlisted: product ids to leave out without their variants, such as an evaluation knows were not
-- there yet; what is popular fills up without the variants too.
-- The rules are the same each way: what makes the taste (recs.recent_actions), what is left out
-- (recs.left_out, with all variants), what fits (recs.fits), that one of each group of variants is
-- shown (recs.firsts_of_groups), what a reason is called (recs.reason_kind), and what fills up
-- (recs.popular_products).
-- A row: rank from 1, product_id, score, the model's name, source ('personal' or 'popular'), and
-- the reason: its kind ('viewed', 'bought', 'reviewed', 'in_basket', 'asked_for' or 'popular'), the
-- event's id, that event's product, and of 'popular' the number of recent actions.
-- What somebody wants less like (recs.less_wanted) is left out itself, and what is like it comes
-- later (recs.pushed_down, recs.turned_away); what only fills up stays in its order.
-- The score is relevance. By vectors of a model of kind 'average': cosine similarity to the taste.
-- Of a trained one, and by neighbours: recs.scored_products; below those, shares of the last by
-- cosine similarity. Null for products that only fill up. It falls with the rank unless diversity
-- is asked for or there is a visit: the rank is the order to show.
-- Always min(p_k, eligible groups) rows, except with p_as_of: what is popular today was not known
-- then, so the answer ends with what the model itself holds.
-- Without the shopper's consent nothing they did counts, their wish to hide a product does.
-- An unknown model raises LS001.
-- Runs with the caller's rights, so that only who may read the events sees them.
create or replace function recs.recommend_with_reasons(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null, p_diversity text default null,
    p_history jsonb default null, p_with_reasons boolean default true,
    p_until timestamptz default null, p_as_of timestamptz default null,
    p_way text default 'vectors', p_unlisted text [] default '{}'
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_event_id text, reason_product_id text, reason_count integer
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- Planning anew for every call would take a tenth of the time; rows are found by key either way.
set plan_cache_mode = force_generic_plan
as $$
declare
    used record;
    serving jsonb;
    options record;
    is_diverse boolean;
    -- Rows to find: the whole pool where it is re-ranked.
    depth integer;
    -- How many of the actions are of the visit; 0 where the list is not shared out: there is none,
    -- or nothing before it, or the model does not tell them apart.
    visit integer;
    before_visit integer;
    -- Of the places, the least that a long visit has, and the least that what came before has.
    visit_places constant double precision := 0.5;
    past_places constant double precision := 0.42;
    -- The shares of what came before, beside a visit, are times this: less where it is short.
    long_past double precision;
    -- Of all weights: see recs.recent_actions. Worked out once, not for every row.
    past_share double precision;
    -- A prior is the same for everybody: where somebody did little, their own actions would drown in
    -- it. So below the full weight it counts in proportion; without any action in full.
    prior_share double precision := 1;
    -- See recs.action_discounts.
    own_category bit varying [];
    factors real [];
    -- Candidates that are re-ranked.
    pool integer;
    -- Rows to find before one of each group is left.
    wanted integer;
    -- So many of the best scores are looked at first, null: all.
    best integer;
    has_groups constant boolean := recs.has_groups();
    -- Rows of the visit's side; without a visit all are of the other side.
    of_visit integer;
    has_more_of_visit boolean;
    has_more_of_others boolean;
    acted recs.action [];
    less constant text [] := recs.less_wanted(p_shopper_id, p_session_id, p_as_of);
    -- The latest of these, which count for what is like them; and how many more rows are found, so
    -- that those which others are put before do not leave places empty.
    pushing constant text [] := less[:10];
    pushed integer := 0;
    -- Null: nothing they acted on has a vector, or none is needed.
    taste halfvec;
    acted_vectors halfvec [];
    left_out text [];
    candidates text [];
    -- Products that the model scores, best first.
    scored recs.scored_product [] := '{}';
    scored_ids text [];
    prior_ids text [];
    -- Of these the number of recent actions.
    prior_actions integer [];
    last_score real;
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    select m.model_id, m.name, m.dimension, m.kind, m.serving into used
    from recs.model_of(p_model) as m;
    serving := coalesce(used.serving, '{}');
    if p_diversity is not null then
        serving := serving || recs.diversity_level(p_diversity);
    end if;
    select o.* into options from recs.serving_options(serving) as o;
    acted := recs.recent_actions(
        p_shopper_id, p_session_id, serving, least(p_as_of, p_until), p_history
    );
    visit := recs.visit_length(acted, least(p_as_of, p_until));
    before_visit := cardinality(acted) - visit;
    long_past := before_visit / (before_visit + 1.0);
    past_share := (1 - options.visit * visit / (visit + 1.0)) * long_past;
    if options.visit = 0 or before_visit = 0 or used.kind is distinct from 'trained' then
        visit := 0;
    end if;
    if p_way = 'neighbours' then
        options.diversity := 0;
        options.category_share := 1;
        options.brand_share := 1;
    end if;
    is_diverse := p_way <> 'popular'
        and (
            options.diversity > 0 or options.category_share < 1 or options.brand_share < 1
            or visit > 0
        );
    pool := options.pool;
    depth := case when is_diverse then greatest(p_k, pool) else p_k end;

    left_out := recs.left_out(
        p_shopper_id, acted, p_history, p_exclude || less, p_as_of, options.viewed_days,
        p_session_id
    );
    if has_groups then
        left_out := recs.with_variants(left_out);
    end if;
    candidates := recs.few_eligible(p_filter, p_candidates, recs.list_limit(p_way));

    if p_way = 'neighbours' or p_way = 'vectors' and used.kind = 'trained' then
        if visit > 0 then
            -- So many of each side: half of the pool, and what came before keeps its first.
            depth := greatest(p_k, pool / 2);
        end if;
        pushed := 20 * cardinality(pushing);
        depth := depth + pushed;
        if options.full_weight > 0 and cardinality(acted) > 0 then
            prior_share := least(
                1,
                (select sum(a.weight::double precision) from unnest(acted) as a)
                / options.full_weight
            );
        end if;
        select d.own_category, d.factors into own_category, factors
        from recs.action_discounts(used.model_id, acted) as d;
        wanted := case when has_groups then 2 * least(depth, 1000000) else depth end;
        if visit = 0 and p_filter is null and candidates is null then
            best := 2 * least(wanted, 1000000) + cardinality(left_out) + cardinality(p_unlisted);
        end if;
        loop
            scored := array(
                select s
                from recs.scored_products(
                    used.model_id, acted, left_out || p_unlisted, p_filter, candidates,
                    options.neighbour_rows, wanted, visit, past_share, prior_share, has_groups,
                    own_category, factors, best
                ) as s
            );
            -- Many are sold out, or there are no more.
            if best is not null and cardinality(scored) < wanted then
                best := null;
                continue;
            end if;
            exit when not has_groups;
            -- Of each side: one that gave all it was asked for may have more.
            of_visit := (
                select count(*) from unnest(scored) as s where s.action_place between 1 and visit
            );
            has_more_of_visit := of_visit >= wanted;
            has_more_of_others := cardinality(scored) - of_visit >= wanted;
            scored := recs.firsts_of_groups(scored);
            of_visit := (
                select count(*) from unnest(scored) as s where s.action_place between 1 and visit
            );
            exit when not (
                has_more_of_visit and of_visit < depth
                or has_more_of_others and cardinality(scored) - of_visit < depth
            );
            wanted := 5 * wanted;
            best := null;
        end loop;
        depth := depth - pushed;
        if pushed > 0 then
            scored := recs.pushed_down(used.model_id, scored, pushing);
        end if;
        if visit = 0 then
            scored := scored[:depth];
        else
            select
                coalesce(
                    array_agg(
                        (s.product_id, s.score, s.action_place)::recs.scored_product
                        order by s.is_behind, s.place
                    ),
                    '{}'
                ),
                count(*) filter (where not s.is_behind)
            into scored, pool
            from (
                select u.*,
                    row_number() over (
                        partition by u.action_place between 1 and visit order by u.place
                    ) > pool / 2 as is_behind
                from unnest(scored) with ordinality as u (product_id, score, action_place, place)
            ) as s;
        end if;
    end if;

    -- Before the first vectors no model serves.
    if
        p_way = 'vectors' and used.model_id is not null
        and cardinality(scored) < depth and cardinality(acted) > 0
    then
        select t.taste, t.acted_vectors into taste, acted_vectors
        from recs.taste(used.model_id, used.dimension, acted) as t;
    end if;
    if taste is not null then
        if cardinality(pushing) > 0 then
            taste := recs.turned_away(taste, used.model_id, used.dimension, pushing);
        end if;
        -- Below what a trained model scored, the nearest have shares of its last score.
        last_score := case
            when used.kind = 'trained' then coalesce(scored[cardinality(scored)].score, 1)
        end;
        scored_ids := array(select s.product_id from unnest(scored) as s);
        scored := scored || array(
            select (
                n.product_id, coalesce((last_score * (1 + n.score) / 2)::real, n.score), null
            )::recs.scored_product
            from recs.nearest_products(
                taste, used.model_id, depth - cardinality(scored), left_out || scored_ids,
                p_filter, candidates, p_unlisted
            ) as n
        );
    end if;

    if is_diverse and cardinality(scored) > 1 then
        -- What lies behind the pool keeps its place.
        scored := recs.diversified(
            used.model_id, scored[:pool], p_k, options.diversity, options.category_share,
            options.brand_share, visit, past_places * long_past,
            (1 - visit_places * visit / (visit + 1.0)) * long_past
        ) || scored[pool + 1:];
    end if;
    scored := scored[:p_k];
    if taste is not null and p_with_reasons then
        scored := recs.with_nearest_action(used.model_id, scored, acted, acted_vectors);
    end if;

    -- A product that its prior alone scored is explained as those are that fill up.
    if p_with_reasons and p_as_of is null then
        prior_ids := array(select s.product_id from unnest(scored) as s where s.action_place = 0);
    end if;
    if cardinality(prior_ids) > 0 then
        select array_agg(p.product_id), array_agg(p.actions) into prior_ids, prior_actions
        from recs.popular_products(cardinality(prior_ids), '{}', null, prior_ids) as p;
    end if;
    return query
    select
        s.place::integer, s.product_id, s.score, used.name,
        case when s.action_place = 0 then 'popular' else 'personal' end,
        case when p_with_reasons then recs.reason_kind(acted[s.action_place].kind) end,
        case when p_with_reasons then acted[s.action_place].event_id end,
        case when p_with_reasons then acted[s.action_place].product_id end,
        prior_actions[array_position(prior_ids, s.product_id)]
    from unnest(scored) with ordinality as s (product_id, score, action_place, place)
    order by s.place;

    if cardinality(scored) < p_k and p_as_of is null then
        scored_ids := array(select s.product_id from unnest(scored) as s);
        return query
        select
            (cardinality(scored) + n.place)::integer, n.product_id, null::real, used.name,
            'popular', case when p_with_reasons then recs.reason_kind(null) end,
            null::text, null::text, case when p_with_reasons then n.actions end
        from recs.popular_products(
            p_k - cardinality(scored), left_out || p_unlisted || scored_ids, p_filter, candidates
        ) with ordinality as n (product_id, popularity, actions, place);
    end if;
end;
$$;
