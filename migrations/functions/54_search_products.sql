-- The products that a query finds by its words and by its vector. The two rankings become one by
-- reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): the sum of 1 / (60 + rank),
-- in which the words count twice.
-- p_words: words as people type them ("a phrase", or, -excluded); p_query: the query's vector,
-- null: the words alone; p_encoder_id: its encoder; p_k: rows wanted; p_category: path of a
-- category, itself and all below it, null: any; p_after_score, p_after_id: last row of the page
-- before, null: the first page.
-- A row: product_id, score (3, 2 or 1 more for a product whose id, title or brand is the query
-- itself), text_rank and vector_rank (from 1; null: not found that way), best first; of a group of
-- variants the best one.
--
-- If no product has all of the words, the last one is tried as the beginning of a word, then all
-- words but one of three or more, and then, without a vector, any one of them. Of the products that
-- match, 5,000 are ranked. The vector adds those of the 50 nearest products in stock that are
-- near enough (recs.search_space).
create or replace function recs.search_products(
    p_words text, p_query halfvec default null, p_encoder_id integer default null,
    p_k integer default 24, p_category text default null,
    p_after_score double precision default null, p_after_id text default null
) returns table (product_id text, score double precision, text_rank integer, vector_rank integer)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- The planner must know the words: for rare ones it uses the index, and a generic plan would read
-- the whole table for a word that no product has.
set plan_cache_mode = force_custom_plan
as $$
declare
    most_ranked constant integer := 5000;
    nearest constant integer := 50;
    constant_of_fusion constant double precision := 60;
    weight_of_words constant double precision := 2;
    typed constant text := lower(btrim(p_words));
    words tsquery := recs.typed_query(p_words);
    tries tsquery [];
    lexemes tsquery [];
    is_loose boolean;
    text_ids text [];
    exactness integer [];
    near_ids text [] := '{}';
    space record;
    in_category recs.product_filter;
    has_groups constant boolean := recs.has_groups();
begin
    in_category.category := p_category;
    select array_agg(
        ('''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery
    )
    into lexemes
    from unnest(tsvector_to_array(to_tsvector('english', p_words))) as l (lexeme);
    is_loose := lexemes is not null and not recs.is_exact_search(p_words, words);
    -- A whole title means that title, even if it has signs that are operators elsewhere.
    if lexemes is not null and not is_loose and exists (
        select from raw.products as p
        where p.search @@ plainto_tsquery('english', p_words) and lower(p.title) = typed
    ) then
        words := plainto_tsquery('english', p_words);
    end if;
    tries := array [words];
    if is_loose then
        -- A word with a sign in it becomes a phrase, and a phrase takes no prefix.
        if strpos(words::text, '<') = 0 then
            tries := tries || (words::text || ':*')::tsquery;
        end if;
        if cardinality(lexemes) between 3 and 12 then
            -- All words but one, whichever it is.
            tries := tries || (
                select string_agg(
                    (
                        select string_agg(k.word::text, ' & ' order by k.place)
                        from unnest(lexemes) with ordinality as k (word, place)
                        where k.place <> o.place
                    ),
                    ' | ' order by o.place
                )::tsquery
                from generate_series(1, cardinality(lexemes)) as o (place)
            );
        end if;
    end if;

    select s.model_id, s.least_similarity into space
    from recs.search_space(p_words, p_encoder_id) as s
    where p_query is not null;
    if found then
        select coalesce(array_agg(n.product_id order by n.score desc, n.product_id), '{}')
        into near_ids
        from recs.nearest_products(
            p_query => p_query, p_model_id => space.model_id, p_k => nearest,
            p_filter => in_category,
            p_candidates => recs.few_eligible(in_category)
        ) as n
        where n.score >= space.least_similarity;
    elsif is_loose then
        tries := tries || array_to_string(lexemes, ' | ')::tsquery;
    end if;

    foreach words in array tries loop
        select
            array_agg(r.product_id order by r.exactness desc, r.relevance desc, r.product_id),
            array_agg(r.exactness order by r.exactness desc, r.relevance desc, r.product_id)
        into text_ids, exactness
        from (
            select
                p.product_id,
                ts_rank_cd(p.search, words) as relevance,
                case
                    when lower(p.title) = typed then 2
                    when lower(p.brand) = typed then 1
                    else 0
                end as exactness
            from raw.products as p
            where
                p.search @@ words
                and not p.is_hidden
                and (
                    p_category is null or p.category = p_category
                    or starts_with(p.category, p_category || ' > ')
                )
            limit most_ranked
        ) as r;
        exit when text_ids is not null;
    end loop;

    return query
    with by_text as (
        select t.found_id, t.exactness, t.place::integer as place
        from unnest(text_ids, exactness) with ordinality as t (found_id, exactness, place)
    ),

    by_vector as (
        select n.found_id, n.place::integer as place
        from unnest(near_ids) with ordinality as n (found_id, place)
    ),

    by_id as (
        select p.product_id as found_id
        from raw.products as p
        where
            p.product_id = btrim(p_words)
            and not p.is_hidden
            and (
                p_category is null or p.category = p_category
                or starts_with(p.category, p_category || ' > ')
            )
    ),

    fused as (
        select
            coalesce(t.found_id, v.found_id, i.found_id) as found_id,
            t.place as text_place,
            v.place as vector_place,
            case when i.found_id is not null then 3 else coalesce(t.exactness, 0) end
            + coalesce(weight_of_words / (constant_of_fusion + t.place), 0)
            + coalesce(1 / (constant_of_fusion + v.place), 0) as fused_score
        from by_text as t
        full join by_vector as v on t.found_id = v.found_id
        full join by_id as i on coalesce(t.found_id, v.found_id) = i.found_id
    ),

    grouped as (
        select u.*, p.item_group_id
        from fused as u
        left join raw.products as p
            on has_groups and u.found_id = p.product_id and p.item_group_id is not null
    ),

    first_of_group as (
        select distinct on (o.item_group_id) o.item_group_id, o.found_id
        from grouped as o
        where o.item_group_id is not null
        order by o.item_group_id asc, o.fused_score desc, o.found_id asc
    )

    select f.found_id, f.fused_score, f.text_place, f.vector_place
    from grouped as f
    left join first_of_group as g on f.item_group_id = g.item_group_id
    where
        (f.item_group_id is null or f.found_id = g.found_id)
        and (
            p_after_score is null
            or f.fused_score < p_after_score
            or (f.fused_score = p_after_score and f.found_id > p_after_id)
        )
    order by f.fused_score desc, f.found_id
    limit p_k;
end;
$$;
