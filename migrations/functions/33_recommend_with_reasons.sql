-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_category: path of a category, itself and all below it, null: any;
-- p_model: name of a model, null: the serving one; p_offset: rows to skip, for the next page;
-- p_as_of: answer from what happened strictly before, null: from all.
-- A row: rank from 1 (the offset counts), product_id, score, the model's name, source ('personal'
-- or 'popular'), and the reason: its kind ('viewed', 'bought', 'reviewed' or 'popular'), the
-- event's id and that event's product.
-- The score is relevance. Of a model of kind 'average': cosine similarity to the taste. Of a
-- trained one: recs.scored_products; below those, shares of the last by cosine similarity. Null
-- for products that only fill up. It falls with the rank unless the model's serving options ask
-- for diversity: the rank is the order to show.
-- Left out: what the shopper bought, hid or just acted on, and what is out of stock.
-- Always min(p_k, eligible) rows, but for an answer of the past: what is popular today was not
-- known then, so it ends with what the model itself holds.
-- Without the shopper's consent nothing they did counts, their wish to hide a product does.
-- An unknown model raises no_data_found.
-- Runs with the caller's rights, so that only who may read the events sees them.
create or replace function recs.recommend_with_reasons(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_category text default null, p_model text default null,
    p_offset integer default 0, p_as_of timestamptz default null
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_event_id text, reason_product_id text
)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    used record;
    options record;
    is_diverse boolean;
    -- Rows that are to be found: the whole pool, whatever the page, so that pages agree.
    depth integer;
    taste halfvec;
    left_out text [];
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
    last_found integer;
begin
    if p_k is null or p_k < 0 or p_offset is null or p_offset < 0 then
        raise invalid_parameter_value
            using message = 'The number of rows and the offset must be 0 or more.';
    end if;
    select m.model_id, m.name, m.dimension, m.kind, m.serving into used
    from recs.model_of(p_model) as m;
    if used.model_id is null and p_model is not null then
        raise no_data_found using message = format('There is no model %L.', p_model);
    end if;
    select o.* into options from recs.serving_options(used.serving) as o;
    is_diverse := options.diversity > 0 or options.category_share < 1 or options.brand_share < 1;
    depth := p_k + p_offset;
    if is_diverse then
        depth := greatest(depth, options.pool);
    end if;

    select
        coalesce(array_agg(a.kind), '{}'), coalesce(array_agg(a.event_id), '{}'),
        coalesce(array_agg(a.product_id), '{}'), coalesce(array_agg(a.weight), '{}')
    into acted_kinds, acted_events, acted_ids, acted_weights
    from recs.recent_actions(p_shopper_id, p_session_id, used.serving, p_as_of) as a;

    select array_agg(o.product_id) into left_out
    from (
        select b.product_id
        from raw.purchases as b
        where
            b.shopper_id = p_shopper_id
            and b.purchased_at < coalesce(p_as_of, 'infinity')
            and exists (
                select from raw.current_consents as c
                where
                    c.shopper_id = p_shopper_id
                    and c.purpose = 'personalisation'
                    and c.is_granted
            )
        union
        select h.product_id
        from recs.hides as h
        where h.shopper_id = p_shopper_id and h.hidden_at < coalesce(p_as_of, 'infinity')
        union
        select unnest(p_exclude)
        union
        select unnest(acted_ids)
    ) as o
    where o.product_id is not null;
    left_out := coalesce(left_out, '{}');

    if used.kind = 'trained' then
        select
            coalesce(array_agg(s.product_id), '{}'), coalesce(array_agg(s.score), '{}'),
            coalesce(array_agg(coalesce(s.because, 0)), '{}')
        into found_ids, found_scores, found_because
        from recs.scored_products(
            used.model_id, acted_ids, acted_weights, left_out, p_category, depth
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
            taste, used.model_id, depth - cardinality(found_ids), left_out || found_ids, p_category
        ) as n;
    end if;

    if is_diverse and cardinality(found_ids) > 1 then
        pool_order := recs.diversified(
            used.model_id, found_ids[:options.pool], found_scores[:options.pool],
            p_k + p_offset, options.diversity, options.category_share, options.brand_share
        );
        -- What lies behind the pool keeps its place; what the pool holds beyond the page is cut.
        select array_agg(found_ids[o.place] order by o.pick),
            array_agg(found_scores[o.place] order by o.pick),
            array_agg(found_because[o.place] order by o.pick)
        into found_ids, found_scores, found_because
        from unnest(
            pool_order
            || array(select generate_series(options.pool + 1, cardinality(found_ids)))
        ) with ordinality as o (place, pick);
    end if;

    -- Where no action is known to have led there, the reason is the one on the nearest product.
    return query
    select
        f.position::integer, f.product_id, f.score, used.name,
        case when b.place = 0 then 'popular' else 'personal' end,
        case
            when b.place = 0 then 'popular'
            when acted_kinds[b.place] = 'purchase' then 'bought'
            when acted_kinds[b.place] = 'review' then 'reviewed'
            else 'viewed'
        end,
        acted_events[b.place], acted_ids[b.place]
    from (
        select u.product_id, u.score, u.because, u.position
        from unnest(found_ids, found_scores, found_because)
            with ordinality as u (product_id, score, because, position)
        where u.position > p_offset and u.position <= p_k + p_offset
    ) as f
    cross join lateral (
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
    ) as b
    order by f.position;

    last_found := greatest(cardinality(found_ids), p_offset);
    if last_found < p_k + p_offset and p_as_of is null then
        return query
        select
            (last_found + n.position)::integer,
            n.product_id, null::real, used.name, 'popular', 'popular', null::text, null::text
        from
            recs.popular_products(
                p_k + p_offset - last_found, left_out || found_ids, p_category,
                greatest(0, p_offset - cardinality(found_ids))
            ) with ordinality as n (product_id, popularity, position);
    end if;
end;
$$;
