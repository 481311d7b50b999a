-- The products most like a product, for its page.
-- p_product_id: the product; p_k: rows wanted, 0 or more; p_exclude: product ids to leave out;
-- p_filter: see recs.product_filter, null: in stock; p_candidates: choose among these products
-- alone, null: among all; p_model: name of a model, null: the serving one; p_with_reasons: whether
-- to look the reasons up.
-- A row: rank from 1, product_id, score, the model's name, the row's source: 'neighbours' of a
-- trained model; 'vectors' by cosine similarity, for a trained model below its neighbours;
-- 'popular' where both give too few, in the product's own category before any other; and the
-- reason: 'bought_together' or 'viewed_together' with the number of baskets that both are in,
-- 'popular' with the number of recent actions, else 'alike' without a number.
-- The score is the neighbour's, then shares of the last such score by cosine similarity; without
-- neighbours it is cosine similarity; null where popular.
-- An unknown product raises LS002, an unknown model LS001 (recs.model_of). Always
-- min(p_k, eligible) rows.
create or replace function recs.similar_products(
    p_product_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null,
    p_with_reasons boolean default false
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_count integer
)
language sql
stable
rows 20
as $$
    select s.*
    from recs.similar_by(
        'vectors', p_product_id, p_k, p_exclude, p_filter, p_candidates, p_model, p_with_reasons
    ) as s;
$$;
