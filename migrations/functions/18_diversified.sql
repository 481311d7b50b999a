-- Re-rank candidates so that the first of them differ: maximal marginal relevance (Carbonell and
-- Goldstein 1998, "The use of MMR, diversity-based reranking") with caps on categories and brands.
-- p_model_id: whose vectors tell how alike products are; p_product_ids, p_scores: the candidates,
-- best first, scores not null; p_picks: how many of the new order are wanted; p_diversity,
-- p_category_share, p_brand_share: see recs.serving_options.
-- Returns the places (from 1) of the candidates in their new order, least(p_picks, candidates) of
-- them. Each pick is the greatest of score / best score - p_diversity * greatest cosine to what is
-- picked, among those whose category path and brand had less than ceil(share * greatest(pick, 10))
-- of the picks so far; where none is within the caps, among all. So none is lost, and a longer
-- order begins with the shorter.
create or replace function recs.diversified(
    p_model_id integer, p_product_ids text [], p_scores real [], p_picks integer,
    p_diversity double precision, p_category_share double precision,
    p_brand_share double precision
) returns integer []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    candidate_count constant integer := cardinality(p_product_ids);
    -- Above 0 so that shares of it keep the order; a list without any merit keeps its own.
    best_score constant double precision := greatest(p_scores[1], 1e-9);
    vectors halfvec [];
    categories text [];
    brands text [];
    -- Of each candidate: the greatest cosine to what is picked, 0 before the first.
    likenesses double precision [] := array_fill(0::double precision, array[candidate_count]);
    picks integer [] := '{}';
    picked integer;
    category_cap integer;
    brand_cap integer;
begin
    select
        array_agg(v.embedding order by c.place),
        array_agg(p.category order by c.place),
        array_agg(p.brand order by c.place)
    into vectors, categories, brands
    from unnest(p_product_ids) with ordinality as c (product_id, place)
    left join raw.products as p on c.product_id = p.product_id
    left join recs.product_vectors as v
        on
            p_diversity > 0
            and v.model_id = p_model_id
            and c.product_id = v.product_id;

    for pick in 1..least(p_picks, candidate_count) loop
        category_cap := ceil(p_category_share * greatest(pick, 10));
        brand_cap := ceil(p_brand_share * greatest(pick, 10));

        select c.place into picked
        from unnest(p_scores, likenesses, categories, brands)
            with ordinality as c (score, likeness, category, brand, place)
        left join (
            select categories[u.place] as category, count(*) as taken
            from unnest(picks) as u (place)
            group by categories[u.place]
        ) as of_category on c.category = of_category.category
        left join (
            select brands[u.place] as brand, count(*) as taken
            from unnest(picks) as u (place)
            group by brands[u.place]
        ) as of_brand on c.brand = of_brand.brand
        where c.place <> all (picks)
        order by
            coalesce(of_category.taken, 0) >= category_cap
            or coalesce(of_brand.taken, 0) >= brand_cap,
            c.score / best_score - p_diversity * c.likeness desc,
            c.place
        limit 1;
        picks := picks || picked;

        if p_diversity > 0 then
            select array_agg(
                greatest(c.likeness, 1 - (c.embedding <=> vectors[picked])) order by c.place
            )
            into likenesses
            from unnest(likenesses, vectors) with ordinality as c (likeness, embedding, place);
        end if;
    end loop;
    return picks;
end;
$$;
