-- So many eligible products, and it is as good to measure each of them as to walk the HNSW index
-- until enough of them are met.
-- p_k: rows wanted; p_share: of the nearest products, which part is eligible, 0 to 1.
--
-- Measured on 100,000 × 384: a product whose id comes off an index, measured, costs 1 to 2 µs, a
-- walk some 10 to 20 µs for each product that it meets, several times over until enough fit. Where
-- less than 3.5 % are eligible a walk to the first p_k of them misses more than a twentieth of the
-- nearest, and one that goes on takes about as long as to measure 12,000.
create or replace function recs.exact_limit(p_k integer, p_share double precision) returns integer
language sql
immutable
as $$
    select case when p_share < 0.035 then 12000 else least(12000, 40 * p_k / p_share)::integer end;
$$;
