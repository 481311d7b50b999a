-- The numbers that decide how recs.nearest_products searches.
-- p_k: rows wanted; p_share: which part of the nearest products fits the filter, 0 to 1; null: not
-- known yet, or there is no filter.
-- One row:
-- whole_vectors: a model of so many vectors at most has all of them measured;
-- looked_rows: so many of the nearest products are looked at under a filter;
-- measured_vectors: so many vectors at most are measured before the index is walked;
-- walked_rows: so many rows that fit are fetched by a walk;
-- ef_search: pgvector's hnsw.ef_search for it, candidates that the walk keeps, 1 to 1000.
--
-- Costs with 100,000 vectors of length 384: to measure a product whose id comes from an index takes
-- 1 to 2 µs; a walk takes 10 to 20 µs for each product that it visits, and visits many until enough
-- fit. Where less than 3.5 % fit, a walk to the first p_k of them misses more than 5 % of the
-- nearest, and a longer one takes about as long as to measure 12,000. The index returns rows less
-- and less in order as the walk goes on: when few rows fit, fetch three times as many and keep the
-- best; when none of the nearest fit, thirty times.
create or replace function recs.nearest_thresholds(
    p_k integer, p_share double precision default null
) returns table (
    whole_vectors integer, looked_rows integer, measured_vectors integer, walked_rows integer,
    ef_search integer
)
language sql
immutable
rows 1
as $$
    select
        2000,
        greatest(150, 2 * p.k),
        case when p_share < 0.035 then 12000 else least(12000, 40 * p.k / p_share)::integer end,
        p.k * case when p_share = 0 then 30 when p_share < 0.035 then 3 else 1 end,
        case when p_share = 0 then 400 when p_share > 0 then 200 else least(1000, greatest(100, 2 * p.k)) end
    -- No shop has so many products; more would not fit an integer below.
    from (select least(p_k, 50000000) as k) as p;
$$;
