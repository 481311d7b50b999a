-- Someone's taste: the weighted mean of the vectors of what they acted on.
-- p_model_id, p_dimension: the model; p_acted: what they did, with weights, of recs.recent_actions.
-- taste: of length 1; null: nothing they acted on has a vector. acted_vectors: element by element
-- as p_acted; null: the product has no vector.
create or replace function recs.taste(
    p_model_id integer, p_dimension integer, p_acted recs.action [],
    out taste halfvec, out acted_vectors halfvec []
)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    select
        l2_normalize(
            sum(
                v.embedding::vector * array_fill(a.weight, array[p_dimension])::vector
                order by a.place
            )
        )::halfvec,
        array_agg(v.embedding order by a.place)
    into taste, acted_vectors
    from unnest(p_acted) with ordinality
        as a (kind, event_id, product_id, acted_at, weight, place)
    left join recs.product_vectors as v
        on v.model_id = p_model_id and a.product_id = v.product_id;
end;
$$;
