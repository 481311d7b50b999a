-- Words of the catalogue whose beginning is spelt nearly like a word that is still being typed:
-- they differ by one letter or by two neighbours that changed places. Null: there are none, or some
-- word begins just so.
-- p_word: without accents.
create or replace function recs.begun_words(p_word text)
returns tsquery
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    most_words constant integer := 8;
    most_letters constant integer := 24;
    -- Of each way to leave a letter out.
    most_read constant integer := 40;
    -- After all letters.
    last_letter constant text := chr(1114111);
begin
    if
        char_length(p_word) > most_letters
        or p_word ~ '[\x01-\x60\x7b-\x7f]'
        or not exists (
            select from recs.search_limits as l where l.least_letters <= char_length(p_word)
        )
        or exists (
            select from recs.search_words as k
            where k.word >= p_word collate "C" and k.word < (p_word || last_letter) collate "C"
        )
    then
        return null;
    end if;
    return (
        select recs.any_of(array_agg(distinct m.stem))
        from (
            select k.stems
            from generate_series(0, char_length(p_word)) as i (place)
            cross join lateral (
                select
                    case
                        when i.place = 0 then p_word
                        else left(p_word, i.place - 1) || substr(p_word, i.place + 1)
                    end as letters
            ) as v
            cross join lateral (
                select s.word, s.place
                from recs.search_misspellings as s
                where
                    s.letters >= v.letters collate "C"
                    and s.letters < (v.letters || last_letter) collate "C"
                limit most_read
            ) as f
            inner join recs.search_words as k on f.word = k.word
            -- A letter too few, too many, or another one in its place or beside it.
            where
                case
                    when i.place = 0 then f.place between 1 and char_length(p_word)
                    else f.place = 0 or abs(f.place - i.place) <= 1
                end
            group by k.word
            order by left(k.word, 1) = left(p_word, 1) desc, k.product_count desc, k.word
            limit most_words
        ) as n
        cross join unnest(n.stems) as m (stem)
    );
end;
$$;
