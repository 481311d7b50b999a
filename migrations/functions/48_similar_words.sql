-- Words of the catalogue in the place of one that no product has: the two words that it is made of,
-- or words that end in it, or words that are spelt nearly like it (recs.nearest_words); null: none
-- is similar.
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
    least_letters integer;
    typed_stems text [];
    parts text [];
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

    select recs.any_of(array_agg(distinct m.stem))
    into similar_query
    from recs.nearest_words(p_word, typed_stems, least_letters) as n
    cross join unnest(n.stems) as m (stem);
    return similar_query;
end;
$$;
