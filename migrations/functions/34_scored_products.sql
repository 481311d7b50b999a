-- What a trained model scores for someone: the products that their actions lead to, and the priors.
-- p_model_id: the model; p_acted: what they did, of recs.recent_actions; p_exclude: product ids to
-- leave out, none of them null; p_filter: see recs.product_filter, null: in stock; p_candidates:
-- all that fit, where recs.few_eligible gave them; p_rows: about how many rows of neighbours are
-- added up; p_k: rows wanted.
-- A row: product_id; its score, the sum over the actions of weight × the neighbour's score, plus
-- its prior (above 0); action_place: place in p_acted, from 1, of the action that gave most; 0: a
-- prior alone gave; best first. At most p_k rows.
-- A purchase counts less towards products of its own category where the model knows that these are
-- rarely bought again soon (recs.repurchase_factors).
-- p_rows are shared out in proportion to the weights: of an action that counts little, only the
-- nearest neighbours are read. So a long history costs no more than a short one.
--
-- One statement without settings of its own, so that Postgres puts it in the caller's place. The
-- sums are sorted before the products are looked up, one by one, and only until enough are through.
-- Sums are made in double precision: rounding to real hides the order of rows. The greatest part
-- carries its action along, as the second number of an array: of equal parts the first action wins.
create or replace function recs.scored_products(
    p_model_id integer, p_acted recs.action [], p_exclude text [],
    p_filter recs.product_filter, p_candidates text [], p_rows integer, p_k integer
) returns setof recs.scored_product
language sql
stable
as $$
    with parts as (
        select w.product_id, w.part, array[w.part, -w.place] as part_and_place
        from (
            select n.neighbour_id as product_id, a.place,
                a.weight * n.score
                * case
                    when
                        n.rank <= a.known
                        and get_bit(a.is_own_category, n.rank - 1) = 1
                        then a.factor
                    else 1
                end as part
            from (
                select u.product_id, u.weight::double precision as weight, u.place,
                    ceil(p_rows * u.weight / sum(u.weight) over ())::integer as depth,
                    f.is_own_category, length(f.is_own_category) as known,
                    f.factor::double precision as factor
                from unnest(p_acted) with ordinality
                    as u (kind, event_id, product_id, acted_at, weight, place)
                left join recs.repurchase_factors as f
                    on
                        u.kind = 'purchase'
                        and f.model_id = p_model_id
                        and u.product_id = f.product_id
            ) as a
            inner join recs.neighbours as n
                on n.model_id = p_model_id and a.product_id = n.product_id and a.depth >= n.rank
            -- Or a part would be worked out at each of its two places.
            offset 0
        ) as w
        union all
        select p.product_id, p.prior::double precision, null
        from recs.product_priors as p
        where p.model_id = p_model_id
    ),

    sorted as materialized (
        select s.product_id, sum(s.part)::real as score,
            coalesce(-(max(s.part_and_place))[2], 0)::integer as action_place
        from parts as s
        group by s.product_id
        order by score desc, s.product_id asc
    )

    select s.product_id, s.score, s.action_place
    from sorted as s
    where
        -- A hash of the array, which a comparison with all of it would not be in every plan.
        s.product_id not in (select unnest(p_exclude))
        and case
            when p_candidates is null then (
                select recs.fits(p, p_filter)
                from raw.products as p
                where p.product_id = s.product_id
            )
            else s.product_id in (select unnest(p_candidates))
        end
    limit p_k;
$$;
