-- The full-text query of the catalogue's words that end in a word, or are that word; null for none.
-- p_stems: the word's; p_most: words at most, the commonest.
create or replace function recs.words_that_end_in(p_stems text [], p_most integer)
returns tsquery
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select recs.any_of(array_agg(distinct m.stem))
    from (
        select k.stems
        from recs.search_words as k
        where k.word = any(
            array(select e.word from recs.search_endings as e where e.stem = any(p_stems))
        )
        order by k.product_count desc, k.word
        limit p_most
    ) as c
    cross join unnest(c.stems) as m (stem);
$$;
