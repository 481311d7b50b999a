-- Re-rank candidates so that the first of them differ: maximal marginal relevance (Carbonell and
-- Goldstein 1998, "The use of MMR, diversity-based reranking") with caps on categories and brands.
-- p_model_id: whose vectors tell how alike products are; p_scored: the candidates, best first, with
-- scores that are not null; p_picks: how many of the new order are wanted; p_diversity,
-- p_category_share, p_brand_share: see recs.serving_options; p_visit: how many of the actions, from
-- the first on, are of the current visit, 0: the list is not shared out between what these lead to
-- and all others; p_others_least, p_others_most: which share of the picks the others have.
-- Returns the candidates in their new order, least(p_picks, candidates) of them. Each pick has the
-- greatest score - p_diversity * best score of its side * greatest cosine to what is picked, among
-- those whose category path and brand had less than ceil(share * greatest(pick, 10)) of the picks
-- so far, and whose side of the visit had less than round(share * greatest(pick, 10)); where none
-- is within the caps, among all. So none is lost, and a longer order begins with the shorter.
create or replace function recs.diversified(
    p_model_id integer, p_scored recs.scored_product [], p_picks integer,
    p_diversity double precision, p_category_share double precision,
    p_brand_share double precision, p_visit integer default 0,
    p_others_least double precision default 0, p_others_most double precision default 1
) returns recs.scored_product []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    candidate_count constant integer := cardinality(p_scored);
    -- What a likeness of 1 takes of the score of a candidate: of the visit's side, of the other.
    visit_penalty double precision;
    other_penalty double precision;
    has_traits constant boolean := p_category_share < 1 or p_brand_share < 1;
    has_caps constant boolean := has_traits or p_visit > 0;
    scores real [];
    -- Of how many candidates the vectors, categories and brands are read: mostly the first are
    -- enough, since the scores of the others are less than the merit of one of them.
    known integer := 0;
    batch constant integer := greatest(16, p_picks + 6);
    vectors halfvec [] := '{}';
    -- Of each candidate: its category and its brand, null: it has none; and as numbers, the place of
    -- the first candidate that has the same.
    category_paths text [] := '{}';
    brand_names text [] := '{}';
    categories integer [] := '{}';
    brands integer [] := '{}';
    -- Of each candidate: whether the visit leads to it; how many such picks there are, and others.
    is_of_visit boolean [];
    of_visit integer := 0;
    of_others integer := 0;
    -- Of each category and brand: how many of its products are picked.
    of_category integer [] := array_fill(0, array[candidate_count]);
    of_brand integer [] := array_fill(0, array[candidate_count]);
    -- Of each candidate: the greatest cosine to the first so many picks, 0 before the first.
    likenesses double precision [] := array_fill(0::double precision, array[candidate_count]);
    compared integer [] := array_fill(0, array[candidate_count]);
    is_picked boolean [] := array_fill(false, array[candidate_count]);
    picks integer [] := '{}';
    picked integer;
    merit double precision;
    best_merit double precision;
    likeness double precision;
    category_cap integer;
    brand_cap integer;
    visit_cap integer;
    others_cap integer;
    is_capped boolean;
begin
    select
        array_agg(u.score order by u.place),
        array_agg(coalesce(u.action_place between 1 and p_visit, false) order by u.place)
    into scores, is_of_visit
    from unnest(p_scored) with ordinality as u (product_id, score, action_place, place);

    -- The first of each side is its best.
    visit_penalty := p_diversity * scores[array_position(is_of_visit, true)];
    other_penalty := p_diversity * scores[array_position(is_of_visit, false)];

    for pick in 1..least(p_picks, candidate_count) loop
        category_cap := ceil(p_category_share * greatest(pick, 10));
        brand_cap := ceil(p_brand_share * greatest(pick, 10));
        visit_cap := round((1 - p_others_least) * greatest(pick, 10));
        others_cap := round(p_others_most * greatest(pick, 10));
        picked := null;
        is_capped := has_caps;
        loop
            for place in 1..candidate_count loop
                -- The merit of a later candidate is at most its score.
                exit when scores[place] <= best_merit and picked is not null;
                if place > known then
                    select
                        vectors || array_agg(v.embedding order by u.place),
                        category_paths || array_agg(p.category order by u.place),
                        brand_names || array_agg(p.brand order by u.place)
                    into vectors, category_paths, brand_names
                    from unnest(p_scored[known + 1:known + batch]) with ordinality
                        as u (product_id, score, action_place, place)
                    left join raw.products as p on has_traits and u.product_id = p.product_id
                    left join recs.product_vectors as v
                        on
                            p_diversity > 0
                            and v.model_id = p_model_id
                            and u.product_id = v.product_id;
                    if has_traits then
                        categories := categories || array(
                            select
                                case
                                    when c.path is not null
                                        then array_position(category_paths, c.path)
                                end
                            from unnest(category_paths[known + 1:]) with ordinality
                                as c (path, place)
                            order by c.place
                        );
                        brands := brands || array(
                            select
                                case
                                    when b.name is not null then array_position(brand_names, b.name)
                                end
                            from unnest(brand_names[known + 1:]) with ordinality as b (name, place)
                            order by b.place
                        );
                    end if;
                    known := known + batch;
                end if;
                continue when is_picked[place]
                    or is_capped and (
                        of_category[categories[place]] >= category_cap
                        or of_brand[brands[place]] >= brand_cap
                        or p_visit > 0
                        and case
                            when is_of_visit[place] then of_visit >= visit_cap
                            else of_others >= others_cap
                        end
                    );
                merit := scores[place];
                if p_diversity > 0 then
                    likeness := likenesses[place];
                    for earlier in compared[place] + 1..pick - 1 loop
                        likeness := greatest(
                            likeness, 1 - (vectors[place] <=> vectors[picks[earlier]])
                        );
                    end loop;
                    likenesses[place] := likeness;
                    compared[place] := pick - 1;
                    merit := merit - likeness
                    * case when is_of_visit[place] then visit_penalty else other_penalty end;
                end if;
                if picked is null or merit > best_merit then
                    picked := place;
                    best_merit := merit;
                end if;
            end loop;
            exit when picked is not null;
            -- None is within the caps: among all.
            is_capped := false;
        end loop;
        picks[pick] := picked;
        is_picked[picked] := true;
        if is_of_visit[picked] then
            of_visit := of_visit + 1;
        else
            of_others := of_others + 1;
        end if;
        if categories[picked] is not null then
            of_category[categories[picked]] := of_category[categories[picked]] + 1;
        end if;
        if brands[picked] is not null then
            of_brand[brands[picked]] := of_brand[brands[picked]] + 1;
        end if;
    end loop;
    return array(
        select p_scored[p.place]
        from unnest(picks) with ordinality as p (place, pick)
        order by p.pick
    );
end;
$$;
