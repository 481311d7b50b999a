-- What is popular, for whoever looks at a product: in its own category before any other. For when
-- even the neighbours are slow to read.
-- Parameters and rows: see recs.similar_products.
create or replace function recs.similar_popular(
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
        'popular', p_product_id, p_k, p_exclude, p_filter, p_candidates, p_model, p_with_reasons
    ) as s;
$$;
