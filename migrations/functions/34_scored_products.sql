-- What a trained model scores for someone: the products that their actions lead to, and the priors.
-- p_model_id: the model; p_acted: what they did, of recs.recent_actions; p_exclude: product ids to
-- leave out, none of them null; p_filter: see recs.product_filter, null: in stock; p_candidates:
-- all that fit, where recs.few_eligible gave them; p_rows: about how many rows of neighbours are
-- added up; p_k: rows wanted.
-- p_visit: how many of p_acted, from the first on, are of the current visit, 0: the list has one
-- side; p_past_share: the share of the other actions in all weights; p_prior_share: what a prior
-- counts; p_has_groups: whether products are of groups of variants (recs.has_groups);
-- p_own_category, p_factors: of each action, which neighbours it counts less towards, and what
-- (recs.action_discounts), null: none of them; p_best: so many of the best scores are looked at,
-- null: all. Sorting takes half as long where these are few, and rows may be missing.
-- A row: product_id; its score, the sum over the actions of weight × the neighbour's score, plus
-- its prior (above 0); action_place: place in p_acted, from 1, of the action that gave most; 0: a
-- prior alone gave; best first. At most p_k rows. A variant that does not fit gives its place to
-- one of its group that does (recs.fitting_variant), so that one may come twice:
-- recs.firsts_of_groups keeps the first.
-- With p_visit a list has two sides, and p_k rows of each are returned: what the visit leads to,
-- and what came before leads to, in the order that it has without a visit: by what the past gives,
-- times the past's share. A product is of the side whose actions would give more if they had all
-- the weight, of the past's where none give any, and its action is of that side. A prior is for
-- everybody and decides nothing here: however high it is, a list follows the visit.
-- p_rows are shared out in proportion to the weights: of an action that counts little, only the
-- nearest neighbours are read. So a long history costs no more than a short one.
--
-- One statement without settings of its own, so that Postgres puts it in the caller's place. The
-- sums are sorted before the products are looked up, one by one, and only until enough are through.
-- Sums are made in double precision: rounding to real hides the order of rows. The greatest part
-- carries its action along, as the second number of an array: of equal parts the first action wins.
create or replace function recs.scored_products(
    p_model_id integer, p_acted recs.action [], p_exclude text [],
    p_filter recs.product_filter, p_candidates text [], p_rows integer, p_k integer,
    p_visit integer, p_past_share double precision, p_prior_share double precision,
    p_has_groups boolean, p_own_category bit varying [], p_factors real [],
    p_best integer
) returns setof recs.scored_product
language sql
stable
as $$
    with parts as not materialized (
        select w.product_id, w.part, w.place <= p_visit as is_of_visit,
            array[w.part, -w.place] as part_and_place, null as prior
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
                    ceil(
                        p_rows * u.weight::double precision
                        / sum(u.weight::double precision) over ()
                    )::integer as depth,
                    p_own_category[u.place] as is_own_category,
                    length(p_own_category[u.place]) as known,
                    p_factors[u.place]::double precision as factor
                from unnest(p_acted) with ordinality
                    as u (kind, event_id, product_id, acted_at, weight, place)
            ) as a
            inner join recs.neighbours as n
                on n.model_id = p_model_id and a.product_id = n.product_id and a.depth >= n.rank
            -- Or a part would be worked out at each of its places.
            offset 0
        ) as w
        union all
        select r.product_id, r.prior * p_prior_share, null, null, r.prior * p_prior_share
        from recs.product_priors as r
        where r.model_id = p_model_id
    ),

    -- Without a visit two sums are enough.
    one_sided as (
        select s.product_id, sum(s.part)::real as score, null::boolean as is_of_visit,
            coalesce(-(max(s.part_and_place))[2], 0)::integer as action_place
        from parts as s
        where p_visit = 0
        group by s.product_id
    ),

    sums as (
        select s.product_id, sum(s.part) as score, coalesce(max(s.prior), 0) as prior,
            coalesce(sum(s.part) filter (where s.is_of_visit), 0) as of_visit,
            max(s.part_and_place) filter (where s.is_of_visit) as greatest_of_visit,
            max(s.part_and_place) filter (where not s.is_of_visit) as greatest_of_past
        from parts as s
        where p_visit > 0
        group by s.product_id
    ),

    -- What actions give of each side, as if it had all the weight.
    sided as (
        select s.*,
            (s.score - s.of_visit - s.prior) / p_past_share as of_past_alone,
            s.of_visit / (1 - p_past_share) as of_visit_alone
        from sums as s
    ),

    sorted as materialized (
        select o.product_id, o.score, o.is_of_visit, o.action_place
        from one_sided as o
        union all
        select s.product_id,
            case
                when s.of_visit_alone <= s.of_past_alone then (s.of_past_alone + s.prior) * p_past_share
                else s.score
            end::real,
            s.of_visit_alone > s.of_past_alone,
            case
                when s.of_visit_alone > s.of_past_alone then -s.greatest_of_visit[2]
                else coalesce(-s.greatest_of_past[2], 0)
            end::integer
        from sided as s
        order by score desc, product_id asc
        limit p_best
    )

    select f.product_id, f.score, f.action_place
    from
        -- Null: the list has one side.
        unnest(
            case when p_visit > 0 then array[true, false] else array[null::boolean] end
        ) as side (is_of_visit)
    cross join lateral (
        select w.product_id, w.score, w.action_place
        from (
            select s.score, s.action_place,
                case
                    when p_candidates is null then (
                        select
                            case
                                when recs.fits(p, p_filter) then p.product_id
                                when p.variant_group_id is not null then (
                                    select v.product_id
                                    from recs.fitting_variant(
                                        p.variant_group_id, p_filter, null
                                    ) as v
                                )
                            end
                        from raw.products as p
                        where p.product_id = s.product_id
                    )
                    when s.product_id in (select unnest(p_candidates)) then s.product_id
                    when p_has_groups then (
                        select v.product_id
                        from raw.products as p
                        cross join lateral recs.fitting_variant(
                            p.variant_group_id, null, p_candidates
                        ) as v
                        where p.product_id = s.product_id and p.variant_group_id is not null
                    )
                end as product_id
            from sorted as s
            where
                (side.is_of_visit is null or side.is_of_visit = s.is_of_visit)
                -- A hash of the array, which a comparison with all of it would not be in every
                -- plan.
                and s.product_id not in (select unnest(p_exclude))
            -- Or a product would be looked up twice.
            offset 0
        ) as w
        where
            w.product_id is not null
            -- What stands in may be left out alone, without its variants.
            and (not p_has_groups or w.product_id not in (select unnest(p_exclude)))
        limit p_k
    ) as f
    order by f.score desc, f.product_id asc;
$$;
