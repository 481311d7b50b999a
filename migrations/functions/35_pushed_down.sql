-- Scored products in the order that is left where what is like some products counts less.
-- p_model_id: the model; p_scored: the products, of recs.scored_products; p_less: what somebody
-- wants less like, of recs.less_wanted.
-- Returns the products, best first. The score of a product is times 1 - 0.9 × the score of it as a
-- neighbour over that of the nearest neighbour, for each of p_less of whose 20 nearest it is. So
-- the nearest keeps a tenth, and none falls out.
create or replace function recs.pushed_down(
    p_model_id integer, p_scored recs.scored_product [], p_less text []
) returns recs.scored_product []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select (s.product_id, s.pushed_score, s.action_place)::recs.scored_product
        from (
            select u.product_id, u.action_place,
                -- What a real can hold; a score below 0 is last anyway.
                case
                    when u.score > 0 and f.factor < 1
                        then greatest(least(1e-37, u.score), u.score::double precision * f.factor)
                    else u.score
                end::real as pushed_score
            from unnest(p_scored) as u (product_id, score, action_place)
            left join (
                select n.neighbour_id as product_id,
                    exp(
                        sum(ln(1 - 0.9 * least(1, greatest(0, n.score / nearest.score))))
                    ) as factor
                from unnest(p_less) as l (product_id)
                inner join recs.neighbours as nearest
                    on
                        nearest.model_id = p_model_id
                        and l.product_id = nearest.product_id
                        and nearest.rank = 1
                        and nearest.score > 0
                inner join recs.neighbours as n
                    on
                        n.model_id = p_model_id
                        and l.product_id = n.product_id
                        and n.rank <= 20
                group by n.neighbour_id
            ) as f on u.product_id = f.product_id
        ) as s
        order by s.pushed_score desc, s.product_id
    );
end;
$$;
