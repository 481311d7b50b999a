-- "You may also like" for a shopper, without the events behind it.
-- p_shopper_id: a shopper; p_k: rows wanted; p_exclude: product ids to leave out; p_filter: see
-- recs.product_filter, null: in stock; p_candidates: choose among these products alone, null: among
-- all; p_model: name of a model, null: the serving one; p_diversity: see recs.diversity_level.
-- A row: rank from 1, product_id, relevance (null where popular), the model's name, and source:
-- 'personal' or 'popular'.
-- Personal data: what it leaves out is what the shopper bought, viewed or hid. It runs with the
-- caller's rights, and analysts may not call it (docs/decisions/0016).
create or replace function recs.recommend(
    p_shopper_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null, p_diversity text default null
) returns table (rank integer, product_id text, score real, model text, source text)
language sql
stable
set search_path = pg_catalog, public, pg_temp
as $$
    select r.rank, r.product_id, r.score, r.model, r.source
    from recs.recommend_with_reasons(
        p_shopper_id, null, p_k, p_exclude, p_filter, p_candidates, p_model, p_diversity,
        null, false
    ) as r
    order by r.rank;
$$;
