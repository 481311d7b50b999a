-- A taste that is turned away from some products: less half of the mean of their vectors, which is
-- Rocchio's way to take in what somebody does not want.
-- p_taste: of length 1; p_model_id, p_dimension: the model; p_less: the products, of
-- recs.less_wanted.
-- Returns a taste of length 1: p_taste itself where none of the products has a vector.
create or replace function recs.turned_away(
    p_taste halfvec, p_model_id integer, p_dimension integer, p_less text []
) returns halfvec
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    mean vector;
begin
    select avg(v.embedding::vector) into mean
    from recs.product_vectors as v
    where v.model_id = p_model_id and v.product_id in (select unnest(p_less));
    if mean is null then
        return p_taste;
    end if;
    return l2_normalize(
        p_taste::vector - mean * array_fill(0.5::real, array[p_dimension])::vector
    )::halfvec;
end;
$$;
