-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_filter: see recs.product_filter, null: in stock; p_candidates: choose
-- among these products alone, null: among all; p_model: name of a model, null: the serving one;
-- p_diversity: see recs.diversity_level; p_history: actions that the caller tells of, see
-- recs.recent_actions; p_with_reasons: whether to look the reasons up; p_until: only what happened
-- strictly before makes the taste, null: all, so that a next page is of the same taste; p_as_of:
-- answer from what happened strictly before, null: from all.
-- A row: rank from 1, product_id, score, the model's name, source ('personal' or 'popular'), and
-- the reason: its kind ('viewed', 'bought', 'reviewed', 'in_basket' or 'popular'), the event's id,
-- that event's product, and of 'popular' the number of recent actions, where known.
-- The score is relevance. Of a model of kind 'average': cosine similarity to the taste. Of a
-- trained one: recs.scored_products; below those, shares of the last by cosine similarity. Null
-- for products that only fill up. It falls with the rank unless diversity is asked for: the rank is
-- the order to show.
-- Left out: recs.left_out, what lies in the basket or was just acted on, and what does not fit.
-- Always min(p_k, eligible) rows, but for an answer of the past: what is popular today was not
-- known then, so it ends with what the model itself holds.
-- Without the shopper's consent nothing they did counts, their wish to hide a product does.
-- An unknown model raises LS001.
-- Runs with the caller's rights, so that only who may read the events sees them.
create or replace function recs.recommend_with_reasons(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null, p_diversity text default null,
    p_history jsonb default null, p_with_reasons boolean default true,
    p_until timestamptz default null, p_as_of timestamptz default null
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_event_id text, reason_product_id text, reason_count integer
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
declare
    used record;
    serving jsonb;
    options record;
    is_diverse boolean;
    -- Rows that are to be found: the whole pool where it is re-ranked.
    depth integer;
    taste halfvec;
    left_out text [];
    candidates text [];
    -- What they acted on, element by element.
    acted_kinds text [];
    acted_events text [];
    acted_ids text [];
    acted_weights real [];
    acted_vectors halfvec [];
    -- What is found, best first; because: place of the action behind it, 0 where a prior alone is,
    -- null where the nearest action is yet to be told.
    found_ids text [] := '{}';
    found_scores real [] := '{}';
    found_because integer [] := '{}';
    pool_order integer [];
    popular_counts integer [];
    found_count integer;
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    select m.model_id, m.name, m.dimension, m.kind, m.serving into used
    from recs.model_of(p_model) as m;
    serving := coalesce(used.serving, '{}') || coalesce(recs.diversity_level(p_diversity), '{}');
    select o.* into options from recs.serving_options(serving) as o;
    is_diverse := options.diversity > 0 or options.category_share < 1 or options.brand_share < 1;
    depth := p_k;
    if is_diverse then
        depth := greatest(depth, options.pool);
    end if;

    select
        coalesce(array_agg(a.kind), '{}'), coalesce(array_agg(a.event_id), '{}'),
        coalesce(array_agg(a.product_id), '{}'), coalesce(array_agg(a.weight), '{}')
    into acted_kinds, acted_events, acted_ids, acted_weights
    from recs.recent_actions(
        p_shopper_id, p_session_id, serving, least(p_as_of, p_until), p_history
    ) as a;

    left_out := recs.left_out(p_shopper_id, p_as_of)
        || coalesce(array_remove(p_exclude, null), '{}')
        || array(
            select h ->> 'product_id'
            from jsonb_array_elements(p_history) as h
            where h ->> 'kind' = 'basket' and h ->> 'product_id' is not null
        )
        || recs.acted_left_out(acted_kinds, acted_ids);

    if p_candidates is not null or not (p_filter is null) then
        candidates := recs.few_eligible(p_filter, p_candidates);
    end if;

    if used.kind = 'trained' then
        select
            coalesce(array_agg(s.product_id), '{}'), coalesce(array_agg(s.score), '{}'),
            coalesce(array_agg(coalesce(s.because, 0)), '{}')
        into found_ids, found_scores, found_because
        from recs.scored_products(
            used.model_id, acted_ids, acted_weights, left_out, p_filter, candidates,
            options.neighbour_rows, depth
        ) as s;
    end if;

    if cardinality(found_ids) < depth and cardinality(acted_ids) > 0 then
        -- The taste: the weighted mean of the vectors of what they acted on.
        select
            array_agg(v.embedding order by a.place),
            l2_normalize(
                sum(
                    v.embedding::vector * array_fill(a.weight, array[used.dimension])::vector
                    order by a.place
                )
            )::halfvec
        into acted_vectors, taste
        from unnest(acted_ids, acted_weights)
            with ordinality as a (product_id, weight, place)
        left join recs.product_vectors as v
            on v.model_id = used.model_id and a.product_id = v.product_id;
    end if;

    if taste is not null then
        -- Below what a trained model scored, the nearest have shares of its last score.
        select
            found_ids || coalesce(array_agg(n.product_id), '{}'),
            found_scores || coalesce(
                array_agg(
                    case
                        when used.kind = 'trained'
                            then (coalesce(found_scores[cardinality(found_scores)], 1)
                                * (1 + n.score) / 2)::real
                        else n.score
                    end
                ),
                '{}'
            ),
            found_because || coalesce(array_agg(null::integer), '{}')
        into found_ids, found_scores, found_because
        from recs.nearest_products(
            taste, used.model_id, depth - cardinality(found_ids), left_out || found_ids, p_filter,
            candidates
        ) as n;
    end if;

    if is_diverse and cardinality(found_ids) > 1 then
        pool_order := recs.diversified(
            used.model_id, found_ids[:options.pool], found_scores[:options.pool],
            p_k, options.diversity, options.category_share, options.brand_share
        );
        -- What lies behind the pool keeps its place.
        select array_agg(found_ids[o.place] order by o.pick),
            array_agg(found_scores[o.place] order by o.pick),
            array_agg(found_because[o.place] order by o.pick)
        into found_ids, found_scores, found_because
        from unnest(
            pool_order
            || array(select generate_series(options.pool + 1, cardinality(found_ids)))
        ) with ordinality as o (place, pick);
    end if;
    found_ids := found_ids[:p_k];
    found_count := cardinality(found_ids);

    if p_with_reasons and 0 = any (found_because[:p_k]) and p_as_of is null
        and to_regclass('marts.product_popularity') is not null then
        select array_agg(m.views_recent + m.purchases_recent order by f.position)
        into popular_counts
        from unnest(found_ids) with ordinality as f (product_id, position)
        left join marts.product_popularity as m on f.product_id = m.product_id;
    end if;

    -- Where no action is known to have led there, the reason is the one on the nearest product.
    return query
    select
        f.position::integer, f.product_id, f.score, used.name,
        case when f.because = 0 then 'popular' else 'personal' end,
        case
            when not p_with_reasons then null
            when b.place = 0 then 'popular'
            when acted_kinds[b.place] = 'purchase' then 'bought'
            when acted_kinds[b.place] = 'review' then 'reviewed'
            when acted_kinds[b.place] = 'basket' then 'in_basket'
            else 'viewed'
        end,
        acted_events[b.place], acted_ids[b.place],
        case when b.place = 0 then popular_counts[f.position] end
    from unnest(found_ids, found_scores[:p_k], found_because[:p_k])
        with ordinality as f (product_id, score, because, position)
    left join lateral (
        select coalesce(
            f.because,
            (
                select a.place
                from unnest(acted_ids, acted_vectors)
                    with ordinality as a (product_id, embedding, place)
                inner join recs.product_vectors as own
                    on own.model_id = used.model_id and own.product_id = f.product_id
                where a.embedding is not null
                order by a.embedding <=> own.embedding, a.product_id
                limit 1
            )
        )::integer as place
        where p_with_reasons
    ) as b on true
    order by f.position;

    if found_count < p_k and p_as_of is null then
        return query
        select
            (found_count + n.position)::integer,
            n.product_id, null::real, used.name, 'popular',
            case when p_with_reasons then 'popular' end, null::text, null::text,
            case when p_with_reasons then n.actions end
        from
            recs.popular_products(
                p_k - found_count, left_out || found_ids, p_filter, candidates
            ) with ordinality as n (product_id, popularity, actions, position);
    end if;
end;
$$;
