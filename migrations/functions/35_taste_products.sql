-- The products nearest to someone's taste: the weighted mean of the vectors of what they acted on.
-- p_model_id, p_dimension: the model; p_acted: what they did, of recs.recent_actions; p_k: rows
-- wanted, 0 or more; p_exclude: product ids to leave out; p_filter: see recs.product_filter, null:
-- in stock; p_candidates: all that fit, where recs.few_eligible gave them.
-- A row: product_id; its score, cosine similarity to the taste (-1 to 1); action_place: place in
-- p_acted, from 1, of the action on the product nearest to this one; best first. No row where
-- nothing they acted on has a vector, else min(p_k, eligible) rows.
create or replace function recs.taste_products(
    p_model_id integer, p_dimension integer, p_acted recs.action [], p_k integer,
    p_exclude text [], p_filter recs.product_filter, p_candidates text []
) returns setof recs.scored_product
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- Planning anew for every call would take a tenth of the time; vectors are found by key either way.
set plan_cache_mode = force_generic_plan
as $$
declare
    taste halfvec;
    -- Element by element as p_acted; null: the product has no vector.
    acted_vectors halfvec [];
begin
    select
        array_agg(v.embedding order by a.place),
        l2_normalize(
            sum(
                v.embedding::vector * array_fill(a.weight, array[p_dimension])::vector
                order by a.place
            )
        )::halfvec
    into acted_vectors, taste
    from unnest(p_acted) with ordinality
        as a (kind, event_id, product_id, acted_at, weight, place)
    left join recs.product_vectors as v
        on v.model_id = p_model_id and a.product_id = v.product_id;
    if taste is null then
        return;
    end if;

    return query
    select
        n.product_id, n.score,
        (
            select a.place::integer
            from unnest(p_acted, acted_vectors) with ordinality
                as a (kind, event_id, product_id, acted_at, weight, embedding, place)
            where a.embedding is not null
            order by a.embedding <=> own.embedding, a.product_id
            limit 1
        )
    from recs.nearest_products(
        taste, p_model_id, p_k, p_exclude, p_filter, p_candidates
    ) with ordinality as n (product_id, score, place)
    inner join recs.product_vectors as own
        on own.model_id = p_model_id and n.product_id = own.product_id
    order by n.place;
end;
$$;
