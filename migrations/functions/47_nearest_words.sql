-- Words of the catalogue that are spelt nearly like another one: they, or their stems, differ from
-- it by one letter or by two neighbours that changed places; if there is none, long ones also by a
-- letter too many in one place and too few in another. Two such words become equal if one letter is
-- left out of each (Bocek, Hunt and Stiller, Fast Similarity Search in Large Dictionaries, 2007).
-- p_word: without accents; p_stems: recs.stems of it; p_least_letters: shorter ones have no such
-- words.
-- A row: word, its stems, and the products that have it; nearest first, then those that begin
-- alike, then those of like length, then the commonest; 8 at most.
create or replace function recs.nearest_words(
    p_word text, p_stems text [], p_least_letters integer
) returns table (word text, stems text [], product_count integer)
language plpgsql
stable
rows 4
set search_path = pg_catalog, pg_temp
-- Planned once: its tables are asked for by their keys.
set plan_cache_mode = force_generic_plan
as $$
declare
    most_words constant integer := 8;
    most_letters constant integer := 40;
    -- Words as long as this may differ by a letter in two places.
    long_enough constant integer := 7;
    parts text [];
    places integer [];
begin
    -- A number, or a word with one in it, is not misspelled.
    if
        char_length(p_word) not between p_least_letters and most_letters
        or p_word ~ '[\x01-\x60\x7b-\x7f]'
    then
        return;
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
        from unnest(p_stems || p_word) as w (word)
        cross join lateral generate_series(0, char_length(w.word)) as i (place)
        where char_length(w.word) >= p_least_letters
    ) as v;
    return query
    select f.word, f.stems, f.product_count
    from (
        select
            k.word,
            k.stems,
            k.product_count,
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
        -- Hardly anybody mistakes the first letter.
        order by
            n.is_one_letter desc,
            left(n.word, 1) = left(p_word, 1) desc,
            k.product_count desc,
            n.word
        limit most_words
    ) as f
    where f.is_one_letter or not f.has_better
    order by
        f.is_one_letter desc,
        left(f.word, 1) = left(p_word, 1) desc,
        abs(char_length(f.word) - char_length(p_word)),
        f.product_count desc,
        f.word;
end;
$$;
