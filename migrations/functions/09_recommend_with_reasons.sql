-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_category: path of a category, itself and all below it, null: any;
-- p_model: name of a model, null: the serving one; p_offset: rows to skip, for the next page.
-- A row: rank from 1 (the offset counts), product_id, cosine similarity to the taste (null where
-- popular), the model's name, source ('personal' or 'popular'), and the reason: its kind ('viewed',
-- 'bought', 'reviewed' or 'popular'), the event's id and that event's product.
-- Left out: what the shopper bought, hid or just acted on, and what is out of stock.
-- Without the shopper's consent nothing they did counts, their wish to hide a product does.
-- An unknown model raises no_data_found.
-- Runs with the caller's rights, so that only who may read the events sees them.
create or replace function recs.recommend_with_reasons(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_category text default null, p_model text default null,
    p_offset integer default 0
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
    taste halfvec;
    left_out text [];
    -- What they acted on, element by element.
    acted_kinds text [];
    acted_events text [];
    acted_ids text [];
    acted_vectors halfvec [];
    found_ids text [] := '{}';
    found_scores real [] := '{}';
    last_found integer;
begin
    if p_k is null or p_k < 0 or p_offset is null or p_offset < 0 then
        raise invalid_parameter_value
            using message = 'The number of rows and the offset must be 0 or more.';
    end if;
    select m.model_id, m.name, m.dimension into used from recs.model_of(p_model) as m;
    if used.model_id is null and p_model is not null then
        raise no_data_found using message = format('There is no model %L.', p_model);
    end if;

    -- The taste: the weighted mean of the vectors of what they acted on.
    select
        array_agg(a.kind), array_agg(a.event_id), array_agg(a.product_id), array_agg(v.embedding),
        l2_normalize(
            sum(v.embedding::vector * array_fill(a.weight, array[used.dimension])::vector)
        )::halfvec
    into acted_kinds, acted_events, acted_ids, acted_vectors, taste
    from recs.recent_actions(p_shopper_id, p_session_id) as a
    left join recs.product_vectors as v
        on v.model_id = used.model_id and a.product_id = v.product_id;

    select array_agg(o.product_id) into left_out
    from (
        select b.product_id
        from raw.purchases as b
        where
            b.shopper_id = p_shopper_id
            and exists (
                select from raw.current_consents as c
                where
                    c.shopper_id = p_shopper_id
                    and c.purpose = 'personalisation'
                    and c.is_granted
            )
        union
        select h.product_id from recs.hides as h where h.shopper_id = p_shopper_id
        union
        select unnest(p_exclude)
        union
        select unnest(acted_ids)
    ) as o;
    left_out := coalesce(left_out, '{}');

    if taste is not null then
        select coalesce(array_agg(n.product_id), '{}'), coalesce(array_agg(n.score), '{}')
        into found_ids, found_scores
        from recs.nearest_products(
            taste, used.model_id, p_k + p_offset, left_out, p_category
        ) as n;
    end if;

    -- The reason is the action on the product that is nearest to the recommended one.
    return query
    select
        f.position::integer, f.product_id, f.score, used.name, 'personal',
        case because.kind
            when 'purchase' then 'bought' when 'review' then 'reviewed' else 'viewed'
        end,
        because.event_id, because.product_id
    from unnest(found_ids, found_scores) with ordinality as f (product_id, score, position)
    inner join recs.product_vectors as own
        on own.model_id = used.model_id and f.product_id = own.product_id
    cross join lateral (
        select a.kind, a.event_id, a.product_id
        from unnest(acted_kinds, acted_events, acted_ids, acted_vectors)
            as a (kind, event_id, product_id, embedding)
        where a.embedding is not null
        order by a.embedding <=> own.embedding, a.product_id
        limit 1
    ) as because
    where f.position > p_offset
    order by f.position;

    last_found := greatest(cardinality(found_ids), p_offset);
    if last_found < p_k + p_offset then
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
