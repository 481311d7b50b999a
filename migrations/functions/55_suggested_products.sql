-- The products that come to mind while a query is being typed: those that have all its words, the
-- last one as the beginning of a word; if there is none, with similar words in the place of unknown
-- ones (recs.similar_words), or of the last one also words that begin nearly so (recs.begun_words).
-- Of those that match, 300 are ranked.
-- p_words: what is typed so far; p_k: rows wanted.
-- A row: product_id, and its place from 1; what can be bought first, then how well it matches; of a
-- group of variants the best one.
create or replace function recs.suggested_products(p_words text, p_k integer)
returns table (product_id text, place integer)
language plpgsql
stable
rows 5
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    most_ranked constant integer := 300;
    long_list constant integer := 100000;
    configurations constant regconfig [] := recs.search_configurations();
    each_word text [];
    each_narrow tsquery [];
    words tsquery;
    similar_query tsquery;
begin
    select array_agg(w.word order by w.place), array_agg(w.narrow order by w.place)
    into each_word, each_narrow
    from recs.query_words(p_words, configurations) as w;
    if each_word is null then
        return;
    end if;
    -- As in recs.products_with_words: for common words a large table is read until enough match.
    if (
        select c.reltuples > long_list from pg_class as c where c.oid = 'raw.products'::regclass
    ) then
        perform set_config('plan_cache_mode', 'force_custom_plan', true);
    end if;
    words := recs.all_of(
        each_narrow[:cardinality(each_narrow) - 1]
        || regexp_replace(
            each_narrow[cardinality(each_narrow)]::text, '''([^'']|'''')*''', '\&:*', 'g'
        )::tsquery
    );
    for attempt in 1..2 loop
        return query
        select r.product_id, (row_number() over (order by r.is_in_stock desc, r.relevance desc, r.product_id))::integer
        from (
            select distinct on (coalesce(m.variant_group_id, ' ' || m.product_id))
                m.product_id, m.is_in_stock, m.relevance
            from (
                select
                    p.product_id,
                    p.variant_group_id,
                    p.is_in_stock,
                    ts_rank_cd(p.search, words) as relevance
                from raw.products as p
                where p.search @@ words and not p.is_hidden
                limit most_ranked
            ) as m
            order by
                coalesce(m.variant_group_id, ' ' || m.product_id),
                m.is_in_stock desc,
                m.relevance desc,
                m.product_id
        ) as r
        order by 2
        limit p_k;
        if found or attempt = 2 then
            return;
        end if;
        select recs.all_of(array_agg(coalesce(s.similar_query, s.narrow) order by s.place))
        into similar_query
        from (
            select
                w.place,
                w.narrow,
                case
                    when
                        not exists (
                            select from recs.search_words as k where k.word = w.word collate "C"
                        )
                        and not exists (select from raw.products as p where p.search @@ w.narrow)
                    then coalesce(
                        recs.similar_words(w.word, configurations),
                        case
                            when w.place = cardinality(each_word) then recs.begun_words(w.word)
                        end
                    )
                end as similar_query
            from unnest(each_word, each_narrow) with ordinality as w (word, narrow, place)
        ) as s;
        words := similar_query;
        if words is null then
            return;
        end if;
    end loop;
end;
$$;
