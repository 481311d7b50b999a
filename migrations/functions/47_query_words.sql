-- The words of a query, each in the forms that its stems stand for.
-- p_words: words as people type them; p_configurations: recs.search_configurations().
-- A row: a word, without those that a language leaves out (the, für): its place in the query, the
-- word without accents, its stems, the query that has any of them, and the one that also has the
-- compounds of the catalogue that end in one (Küchenmesser for Messer; at most 30, the commonest),
-- in languages that write compounds as one word.
create or replace function recs.query_words(p_words text, p_configurations regconfig [])
returns table (place integer, word text, stems text [], narrow tsquery, wider tsquery)
language plpgsql
stable
rows 4
set search_path = pg_catalog, pg_temp
-- Planned once: its tables are asked for by their keys.
set plan_cache_mode = force_generic_plan
as $$
declare
    most_compounds constant integer := 30;
    lowered constant text := raw.lowered_text(p_words);
    has_compounds constant boolean := recs.compounding(p_configurations) is not null;
    -- Places of words; null: all that have a stem.
    places integer [];
begin
    if cardinality(p_configurations) > 1 or octet_length(lowered) > char_length(lowered) then
        -- What all languages count as a word; if there is nothing, what most of them do.
        places := array(
            select c.place
            from (
                select
                    w.place,
                    count(distinct w.configuration) as languages,
                    max(count(distinct w.configuration)) over () as most_languages
                from (
                    select
                        c.configuration,
                        unnest(t.positions)::integer as place
                    from unnest(p_configurations) as c (configuration)
                    cross join lateral unnest(to_tsvector(c.configuration, lowered)) as t
                ) as w
                group by w.place
            ) as c
            where c.languages = c.most_languages
        );
    end if;

    return query
    select
        f.place,
        coalesce(f.word, f.stems[1]),
        f.stems,
        f.narrow,
        case
            when has_compounds
                then coalesce(
                    f.narrow || recs.words_that_end_in(f.stems, most_compounds), f.narrow
                )
            else f.narrow
        end
    from (
        select
            s.place,
            min(s.word) as word,
            array_agg(distinct s.stem) filter (where s.stem is not null) as stems,
            recs.any_of(array_agg(distinct s.stem) filter (where s.stem is not null)) as narrow
        from (
            select
                t.lexeme as stem,
                null as word,
                unnest(t.positions)::integer as place
            from unnest(p_configurations) as c (configuration)
            cross join lateral unnest(raw.text_words(c.configuration, p_words)) as t
            union all
            select
                null,
                t.lexeme,
                unnest(t.positions)::integer
            from unnest(to_tsvector('simple', raw.without_accents(lowered))) as t
        ) as s
        where places is null or s.place = any(places)
        group by s.place
    ) as f
    where f.stems is not null
    order by f.place;
end;
$$;
