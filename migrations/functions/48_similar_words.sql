-- Words of the catalogue in the place of one that no product has: the two words that it is made of,
-- or words that end in it, or words that differ from it by one letter or by two neighbours that
-- changed places; null: none is similar. Two such words become equal if one letter is left out of
-- each (Bocek, Hunt and Stiller, Fast Similarity Search in Large Dictionaries, 2007).
-- p_word: without accents; p_configurations: recs.search_configurations().
create or replace function recs.similar_words(p_word text, p_configurations regconfig [])
returns tsquery
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once: its tables are asked for by their keys.
set plan_cache_mode = force_generic_plan
as $$
declare
    most_words constant integer := 8;
    most_letters constant integer := 40;
    -- Of a compound: its first word, and the one that it ends in.
    least_head constant integer := 3;
    least_tail constant integer := 4;
    -- Letters that link the words of a compound.
    links constant text [] := array['', 'e', 'en', 'er', 'es', 'n', 's'];
    -- Words as long as this may differ by a letter in two places.
    long_enough constant integer := 7;
    least_letters integer;
    typed_stems text [];
    parts text [];
    places integer [];
    similar_query tsquery;
begin
    select l.least_letters into least_letters from recs.search_limits as l;
    -- A number, or a word with one in it, is not misspelled.
    if
        least_letters is null
        or char_length(p_word) not between least_letters and most_letters
        or p_word ~ '[\x01-\x60\x7b-\x7f]'
    then
        return null;
    end if;

    parts := array(
        select left(p_word, i.place)
        from generate_series(least_head, char_length(p_word) - least_tail) as i (place)
    );
    for parts, typed_stems in
        select
            k.stems,
            recs.stems(
                p_configurations, substr(p_word, 1 + char_length(k.word) + char_length(j.link))
            )
        from recs.search_words as k
        inner join unnest(links) as j (link)
            on starts_with(substr(p_word, 1 + char_length(k.word)), j.link)
        where
            k.word = any(parts)
            and char_length(k.word) + char_length(j.link) + least_tail <= char_length(p_word)
    loop
        similar_query := coalesce(
            similar_query || (recs.any_of(parts) && recs.words_that_end_in(typed_stems, most_words)),
            similar_query,
            recs.any_of(parts) && recs.words_that_end_in(typed_stems, most_words)
        );
    end loop;
    typed_stems := recs.stems(p_configurations, p_word);
    similar_query := coalesce(similar_query, recs.words_that_end_in(typed_stems, most_words));
    if similar_query is not null then
        return similar_query;
    end if;

    -- A plural may differ by more from the word than its stem does.
    select array_agg(v.letters), array_agg(v.place)
    into parts, places
    from (
        select
            i.place,
            case
                when i.place = 0 then w.word
                else left(w.word, i.place - 1) || substr(w.word, i.place + 1)
            end as letters
        from unnest(typed_stems || p_word) as w (word)
        cross join lateral generate_series(0, char_length(w.word)) as i (place)
        where char_length(w.word) >= least_letters
    ) as v;
    select recs.any_of(array_agg(distinct m.stem))
    into similar_query
    from (
        select
            k.stems,
            n.is_one_letter,
            bool_or(n.is_one_letter) over () as has_better
        from (
            select
                m.word,
                bool_or(v.place = 0 or m.place = 0 or abs(v.place - m.place) <= 1) as is_one_letter
            from recs.search_misspellings as m
            inner join unnest(parts, places) as v (letters, place) on m.letters = v.letters
            where m.letters = any(parts)
            group by m.word
        ) as n
        inner join recs.search_words as k on n.word = k.word
        where n.is_one_letter or char_length(p_word) >= long_enough
        order by n.is_one_letter desc, k.product_count desc, n.word
        limit most_words
    ) as f
    cross join unnest(f.stems) as m (stem)
    where f.is_one_letter or not f.has_better;
    return similar_query;
end;
$$;
