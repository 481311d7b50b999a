-- Products with the action that explains each: where none does yet, the one on the product nearest
-- to it.
-- p_model_id: the model of the vectors; p_scored: the products, of which action_place is null where
-- an action is looked for; p_acted: what was done; p_acted_vectors: of recs.taste.
-- Returns the products in their order, with action_place.
create or replace function recs.with_nearest_action(
    p_model_id integer, p_scored recs.scored_product [], p_acted recs.action [],
    p_acted_vectors halfvec []
) returns recs.scored_product []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select (
            s.product_id, s.score, coalesce(s.action_place, nearest.place)
        )::recs.scored_product
        from unnest(p_scored) with ordinality as s (product_id, score, action_place, place)
        left join recs.product_vectors as own
            on own.model_id = p_model_id and s.product_id = own.product_id
        left join lateral (
            select a.place::integer
            from unnest(p_acted, p_acted_vectors) with ordinality
                as a (kind, event_id, product_id, acted_at, weight, embedding, place)
            where s.action_place is null and a.embedding is not null
            order by a.embedding <=> own.embedding, a.product_id
            limit 1
        ) as nearest on true
        order by s.place
    );
end;
$$;
