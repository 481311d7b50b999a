-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted; p_exclude: product
-- ids to leave out; p_category: path of a category, itself and all below it, null: any; p_model:
-- name of a model, null: the serving one; p_offset: rows to skip, for the next page.
-- A row: rank from 1 (the offset counts), product_id, cosine similarity to the taste (null where
-- popular), the model's name, source ('personal' or 'popular'), and the reason: its kind ('viewed',
-- 'bought', 'reviewed' or 'popular'), the event's id and that event's product.
-- Left out: what the shopper bought, hid or just acted on, and what is out of stock.
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
set search_path = pg_catalog, public
as $$
declare
    used record;
    query halfvec;
    left_out text [];
    found_ids text [] := '{}';
    found_scores real [] := '{}';
begin
    select m.model_id, m.name, m.dimension into used from recs.model_of(p_model) as m;
    if used is null and p_model is not null then
        raise no_data_found using message = format('There is no model %L.', p_model);
    end if;

    -- The taste: the weighted mean of the vectors of what they acted on.
    select
        l2_normalize(
            sum(v.embedding::vector * array_fill(a.weight, array[used.dimension])::vector)
        )::halfvec
    into query
    from recs.recent_actions(p_shopper_id, p_session_id) as a
    inner join recs.product_vectors as v on a.product_id = v.product_id
    where v.model_id = used.model_id;

    select p_exclude || coalesce(array_agg(distinct o.product_id), '{}')
    into left_out
    from (
        select b.product_id from raw.purchases as b where b.shopper_id = p_shopper_id
        union all
        select h.product_id from recs.hides as h where h.shopper_id = p_shopper_id
        union all
        select a.product_id from recs.recent_actions(p_shopper_id, p_session_id) as a
    ) as o;

    if query is not null then
        select
            coalesce(array_agg(n.product_id order by n.score desc, n.product_id), '{}'),
            coalesce(array_agg(n.score order by n.score desc, n.product_id), '{}')
        into found_ids, found_scores
        from
            recs.nearest_products(
                query, used.model_id, p_k + p_offset, left_out, p_category
            ) as n;
    end if;

    return query
    with personal as (
        select f.product_id, f.score, f.position
        from unnest(found_ids, found_scores) with ordinality as f (product_id, score, position)
        where f.position > p_offset
    )

    select
        f.position::integer, f.product_id, f.score, used.name, 'personal',
        case because.kind
            when 'purchase' then 'bought' when 'review' then 'reviewed' else 'viewed'
        end,
        because.event_id, because.product_id
    from personal as f
    inner join recs.product_vectors as own
        on own.model_id = used.model_id and f.product_id = own.product_id
    cross join lateral (
        select a.kind, a.event_id, a.product_id
        from recs.recent_actions(p_shopper_id, p_session_id) as a
        inner join recs.product_vectors as v
            on v.model_id = used.model_id and a.product_id = v.product_id
        order by v.embedding <=> own.embedding, a.product_id
        limit 1
    ) as because
    order by f.position;

    if cardinality(found_ids) < p_k + p_offset then
        return query
        select
            (greatest(cardinality(found_ids), p_offset) + row_number() over ())::integer,
            n.product_id, null::real, used.name, 'popular', 'popular', null::text, null::text
        from
            recs.popular_products(
                p_k + p_offset - greatest(cardinality(found_ids), p_offset),
                left_out || found_ids, p_category,
                greatest(0, p_offset - cardinality(found_ids))
            ) as n;
    end if;
end;
$$;
