-- So many eligible products, and it is as good to measure each of them as to walk the HNSW index
-- until enough of them are met.
-- p_k: rows wanted; p_fitting: how many of the p_looked nearest products are eligible.
--
-- Measured on 100,000 × 384: a product that is looked up and measured costs 2 to 3.5 µs; a walk
-- about 10 µs for each product that it meets, of which p_fitting / p_looked are eligible, and it is
-- to meet twice p_k of those. Beyond 12,000 products even a walk to another department, where none
-- of the nearest is eligible, takes less.
create or replace function recs.exact_limit(p_k integer, p_fitting integer, p_looked integer)
returns integer
language sql
immutable
as $$
    select least(12000, 7.0 * p_k * p_looked / greatest(p_fitting, 1))::integer;
$$;
