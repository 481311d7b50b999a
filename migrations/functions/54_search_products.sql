-- The products that a query finds by its words and by its vector. The two rankings become one by
-- reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): the sum of 1 / (60 + rank),
-- in which the words count twice.
-- p_words: words as people type them ("a phrase", or, -excluded); p_query: the query's vector,
-- null: the words alone; p_encoder_id: its encoder; p_k: rows wanted; p_category: path of a
-- category, itself and all below it, null: any; p_after_score, p_after_id: last row of the page
-- before, null: the first page; p_has_one_of_group: whether of a group of variants there is one,
-- or all that are found.
-- A row: product_id, score (1 more for a product that has the words, 4, 3 or 2 more for one whose
-- id, title or brand is the query itself), text_rank and vector_rank (from 1; null: not found that
-- way), found_by and left_out, the same in every row; best first. So those that are only near in
-- meaning, with scores below 1, come after all that match.
--
-- A group of variants stands where its best one would. It is shown by that one; if that is sold
-- out, by the one in stock that matches the words best, unless its id or its title is the query
-- itself.
-- found_by: which words products have, 'all', 'beginning', 'similar', 'some', 'any' or 'exact' as
-- below, or 'id'; null: no product has them, all rows are found by the vector alone.
-- left_out: where products have some of the words, those that they lack, without accents, in the
-- order of the query; else empty.
--
-- A word is found in any form that its language gives it, and in compounds that end in it; those
-- that have the word itself come first. What is also written as one word is found as that too. If
-- no product has all of the words, the last one is tried as the beginning of a word, then similar
-- ones in the place of those that no product has (recs.similar_words), then most of the words
-- (recs.most_of_words), and then, without a vector, any one of them. Of the products that match,
-- 5,000 are ranked. The vector adds those of the 50 nearest products in stock that are near enough
-- (recs.search_space). Where no product has the words, it adds them only if the nearest is an
-- eighth of the way from that limit to the query itself.
create or replace function recs.search_products(
    p_words text, p_query halfvec default null, p_encoder_id integer default null,
    p_k integer default 24, p_category text default null,
    p_after_score double precision default null, p_after_id text default null,
    p_has_one_of_group boolean default true
) returns table (
    product_id text, score double precision, text_rank integer, vector_rank integer, found_by text,
    left_out text []
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- Planning anew for every call would take half of the time; only recs.products_with_words has to.
set plan_cache_mode = force_generic_plan
as $$
declare
    nearest constant integer := 50;
    constant_of_fusion constant double precision := 60;
    weight_of_words constant double precision := 2;
    -- How far from noise to the query itself the nearest has to be where no product has the words.
    share_of_way constant double precision := 0.125;
    typed constant text := raw.without_accents(raw.lowered_text(btrim(p_words)));
    configurations constant regconfig [] := recs.search_configurations();
    -- A query for each word: see recs.query_words.
    each_word text [];
    each_narrow tsquery [];
    each_wider tsquery [];
    each_similar tsquery [];
    narrow tsquery;
    -- The words as the one that the catalogue makes of them, null: it has none.
    joined tsquery;
    words tsquery;
    lacking text [];
    -- As text: of queries, a word equals its beginning (a:*).
    tried text [] := '{}';
    ways text [];
    way text;
    -- Rows of text to find, null: all.
    most integer;
    text_ids text [];
    places integer [];
    exactness integer [];
    group_ids text [];
    near_ids text [] := '{}';
    nearest_score real;
    least_alone double precision;
    space record;
    is_by_vector boolean := false;
    in_category recs.product_filter;
    has_groups constant boolean := p_has_one_of_group and recs.has_groups();
    -- What products of one score are in the order of: whichever variant shows a group, it is one.
    after_key text := p_after_id;
begin
    in_category.category := p_category;
    select
        array_agg(w.word order by w.place),
        array_agg(w.narrow order by w.place),
        array_agg(w.wider order by w.place)
    into each_word, each_narrow, each_wider
    from recs.query_words(p_words, configurations) as w;
    narrow := recs.all_of(each_narrow);
    ways := array['all', 'beginning', 'similar', 'some'];
    if recs.is_exact_search(p_words) then
        -- A whole title means that title, even if it has signs that are operators elsewhere.
        if exists (
            select from raw.products as p
            where p.search @@ narrow and recs.is_same_text(p.title, typed)
        ) then
            ways := array['all'];
            each_wider := each_narrow;
        else
            ways := array['exact'];
        end if;
    elsif strpos(typed, ' ') > 0 then
        select recs.any_of(array_agg(distinct m.stem))
        into joined
        from recs.search_words as k
        cross join unnest(k.stems) as m (stem)
        where k.word = replace(typed, ' ', '') collate "C";
    end if;

    if p_query is not null then
        select s.model_id, s.least_similarity into space
        from recs.search_space(p_words, p_encoder_id) as s;
        is_by_vector := found;
    end if;
    if is_by_vector then
        least_alone := space.least_similarity + share_of_way * (1 - space.least_similarity);
        select
            coalesce(array_agg(n.product_id order by n.score desc, n.product_id), '{}'),
            max(n.score)
        into near_ids, nearest_score
        from recs.nearest_products(
            p_query => p_query, p_model_id => space.model_id, p_k => nearest,
            p_filter => in_category,
            p_candidates => recs.few_eligible(in_category)
        ) as n
        where n.score >= space.least_similarity;
    elsif ways[1] = 'all' and cardinality(ways) > 1 then
        ways := ways || 'any'::text;
    end if;

    foreach way in array ways loop
        if way = 'all' then
            words := coalesce(recs.all_of(each_wider) || joined, recs.all_of(each_wider));
            -- What is that one word comes before what is filed under the two.
            narrow := case when joined is null then narrow else joined end;
        elsif way = 'beginning' then
            words := recs.all_of(
                each_wider[:cardinality(each_wider) - 1]
                || regexp_replace(
                    each_narrow[cardinality(each_narrow)]::text,
                    '''([^'']|'''')*''', '\&:*', 'g'
                )::tsquery
            );
        elsif way = 'similar' then
            select array_agg(
                coalesce(
                    case
                        when
                            not exists (
                                select from recs.search_words as k
                                where k.word = w.word collate "C"
                            )
                            and not exists (select from raw.products as p where p.search @@ w.narrow)
                        then recs.similar_words(w.word, configurations)
                    end,
                    w.wider
                )
                order by w.place
            )
            into each_similar
            from unnest(each_word, each_narrow, each_wider) with ordinality
                as w (word, narrow, wider, place);
            words := null;
            if each_similar <> each_wider then
                each_wider := each_similar;
                words := recs.all_of(each_wider);
            end if;
        elsif way = 'some' then
            select m.words, m.left_out
            into words, lacking
            from recs.most_of_words(each_word, each_wider, p_category, near_ids) as m;
        elsif way = 'any' then
            words := array_to_string(each_wider, '|')::tsquery;
        else
            select string_agg('(' || recs.typed_query(p_words, c.configuration)::text || ')', '|')::tsquery
            into words
            from unnest(configurations) as c (configuration)
            where numnode(recs.typed_query(p_words, c.configuration)) > 0;
        end if;
        continue when words is null or words::text = any (tried);
        tried := tried || words::text;
        -- Below these, only what the vector finds too can be on the first page.
        most := case
            when p_after_score is null then case when has_groups then 4 * p_k else p_k end
        end;
        loop
            select f.product_ids, f.places, f.exactness, f.variant_group_ids
            into text_ids, places, exactness, group_ids
            from recs.products_with_words(
                words, narrow, typed, p_category,
                case when way = 'exact' and cardinality(configurations) > 1 then p_words end,
                most, near_ids
            ) as f;
            -- Too few of them may be left where one of each group is.
            exit when
                not has_groups
                or most is null
                or coalesce(cardinality(text_ids), 0) < most
                or p_k <= (
                    select count(distinct coalesce(g.group_id, ' ' || g.found_id))
                    from unnest(text_ids[:most], group_ids[:most]) as g (found_id, group_id)
                );
            most := null;
        end loop;
        exit when text_ids is not null;
    end loop;
    if text_ids is null then
        way := null;
        words := null;
        if nearest_score < least_alone then
            near_ids := '{}';
        end if;
    end if;

    if has_groups then
        after_key := coalesce(
            (select p.variant_group_id from raw.products as p where p.product_id = p_after_id),
            p_after_id
        );
    end if;

    return query
    with by_text as (
        select t.found_id, t.place, t.exactness, t.variant_group_id
        from unnest(text_ids, places, exactness, group_ids)
            as t (found_id, place, exactness, variant_group_id)
    ),

    by_vector as (
        select n.found_id, n.place::integer as place, p.variant_group_id
        from unnest(near_ids) with ordinality as n (found_id, place)
        left join raw.products as p on has_groups and n.found_id = p.product_id
    ),

    by_id as (
        select p.product_id as found_id, p.variant_group_id
        from raw.products as p
        where
            p.product_id = btrim(p_words)
            and not p.is_hidden
            and (
                p_category is null or p.category = p_category
                or starts_with(p.category, p_category || ' > ')
            )
    ),

    grouped as (
        select
            coalesce(t.found_id, v.found_id, i.found_id) as found_id,
            coalesce(t.variant_group_id, v.variant_group_id, i.variant_group_id) as variant_group_id,
            t.place as text_place,
            v.place as vector_place,
            case
                when i.found_id is not null then 4
                when t.found_id is not null then 1 + t.exactness
                else 0
            end
            + coalesce(weight_of_words / (constant_of_fusion + t.place), 0)
            + coalesce(1 / (constant_of_fusion + v.place), 0) as fused_score
        from by_text as t
        full join by_vector as v on t.found_id = v.found_id
        full join by_id as i on coalesce(t.found_id, v.found_id) = i.found_id
    ),

    first_of_group as (
        select distinct on (o.variant_group_id) o.variant_group_id, o.found_id
        from grouped as o
        where has_groups and o.variant_group_id is not null
        order by o.variant_group_id asc, o.fused_score desc, o.found_id asc
    ),

    keyed as (
        select
            o.*,
            case when has_groups then coalesce(o.variant_group_id, o.found_id) else o.found_id end
            as order_key
        from grouped as o
    ),

    page as (
        select f.*
        from keyed as f
        left join first_of_group as g on f.variant_group_id = g.variant_group_id
        where
            (not has_groups or f.variant_group_id is null or f.found_id = g.found_id)
            and (
                p_after_score is null
                or f.fused_score < p_after_score
                or (f.fused_score = p_after_score and f.order_key > after_key)
            )
        order by f.fused_score desc, f.order_key
        limit p_k
    )

    select
        coalesce(s.product_id, f.found_id),
        f.fused_score,
        f.text_place,
        f.vector_place,
        coalesce(way, (select 'id' from by_id)),
        case when way = 'some' then lacking else '{}' end
    from page as f
    left join
        lateral (
            select v.product_id
            from raw.products as b
            inner join raw.products as v on b.variant_group_id = v.variant_group_id
            where
                has_groups
                and f.fused_score < 3
                and f.variant_group_id is not null
                and b.product_id = f.found_id
                and not b.is_in_stock
                and v.is_in_stock
                and not v.is_hidden
                and (
                    p_category is null or v.category = p_category
                    or starts_with(v.category, p_category || ' > ')
                )
                and case
                    when f.fused_score >= 1 then v.search @@ words
                    else v.product_id = any (near_ids)
                end
                -- What is excluded is excluded by the rules of the product's language.
                and (
                    way is distinct from 'exact'
                    or v.search @@ recs.typed_query(
                        p_words,
                        raw.search_configuration(
                            coalesce(v.language, (select l.language from raw.shop_language as l))
                        )
                    )
                )
            order by ts_rank_cd(v.search, words) desc nulls last, v.product_id asc
            limit 1
        ) as s on true
    order by f.fused_score desc, f.order_key;
end;
$$;
