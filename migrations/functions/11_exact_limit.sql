-- So many eligible products, and it is cheaper to measure each of them than to walk the HNSW index
-- until enough of them are met.
-- p_model_id: whose vectors; p_k: rows wanted.
--
-- Measured on 100,000 × 384: a product that is looked up and measured costs some 2 µs; a walk under
-- a filter that keeps n of N products costs about 7 µs × p_k × N / n. They meet at
-- n = sqrt(3.7 × p_k × N); twice that, because near there the walk misses some. Below 1,000
-- measuring is fast anyway, above 10,000 it is not.
create or replace function recs.exact_limit(p_model_id integer, p_k integer) returns integer
language sql
stable
as $$
    select least(10000, greatest(1000, sqrt(15 * greatest(p_k, 1) * greatest(c.reltuples, 0))))::integer
    from pg_class as c
    where c.oid = to_regclass(format('recs.product_vectors_%s', p_model_id))
    union all
    select 1000
    limit 1;
$$;
