-- The products nearest to a vector: in stock, not excluded, of the category if one is given.
-- p_query: the vector; p_model_id: whose space it lives in; p_k: rows wanted; p_exclude: product
-- ids to leave out; p_category: path of a category, itself and all below it; null: any.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible) rows:
-- where the index gives too few after filtering, every eligible product is measured.
create or replace function recs.nearest_products(
    p_query halfvec, p_model_id integer, p_k integer,
    p_exclude text [] default '{}', p_category text default null
) returns table (product_id text, score real)
language plpgsql
stable
set search_path = pg_catalog, public
set hnsw.ef_search = 80
set hnsw.iterative_scan = strict_order
as $$
declare
    -- Rows off the index: enough to survive the exclusions and a mild filter.
    pool constant integer := least(2000, 2 * p_k + 20 + cardinality(p_exclude));
    length constant integer := vector_dims(p_query);
    product_ids text [];
    scores real [];
begin
    execute
        'select array_agg(n.product_id order by n.score desc, n.product_id), '
        'array_agg(n.score order by n.score desc, n.product_id) from ('
        || recs.nearest_statement(p_model_id, length, false, p_category is not null) || ') as n'
        into product_ids, scores
        using p_query, pool, p_exclude, p_k, p_category;

    if coalesce(cardinality(product_ids), 0) < p_k then
        return query execute
            recs.nearest_statement(p_model_id, length, true, p_category is not null)
            using p_query, pool, p_exclude, p_k, p_category;
    else
        return query select unnest(product_ids), unnest(scores);
    end if;
end;
$$;
