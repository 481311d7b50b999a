-- "You may also like" from stored neighbours and priors, for when the vectors are slow to read.
-- Parameters and rows: see recs.recommend_with_reasons. The score is that of recs.scored_products,
-- of whatever kind the model is.
create or replace function recs.recommend_from_neighbours(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null, p_diversity text default null,
    p_history jsonb default null, p_with_reasons boolean default true,
    p_until timestamptz default null, p_as_of timestamptz default null
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_event_id text, reason_product_id text, reason_count integer
)
language sql
stable
rows 20
as $$
    select r.*
    from recs.recommend_by(
        'neighbours', p_shopper_id, p_session_id, p_k, p_exclude, p_filter, p_candidates, p_model,
        p_diversity, p_history, p_with_reasons, p_until, p_as_of
    ) as r;
$$;
