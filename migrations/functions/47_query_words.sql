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
begin
    return query
    with counted as (
        select
            w.place,
            count(distinct w.configuration) as languages
        from (
            select
                c.configuration,
                unnest(t.positions)::integer as place
            from unnest(p_configurations) as c (configuration)
            cross join lateral unnest(to_tsvector(c.configuration, lowered)) as t
        ) as w
        group by w.place
    ),

    stemmed as (
        select
            s.place,
            array_agg(distinct s.stem) as stems
        from (
            select
                t.lexeme as stem,
                unnest(t.positions)::integer as place
            from unnest(p_configurations) as c (configuration)
            cross join lateral unnest(raw.text_words(c.configuration, p_words)) as t
        ) as s
        -- What all languages count as a word; if there is nothing, what most of them do.
        where
            s.place in (
                select c.place
                from counted as c
                where c.languages = (select max(m.languages) from counted as m)
            )
        group by s.place
    ),

    typed as (
        select
            t.lexeme,
            unnest(t.positions)::integer as place
        from unnest(to_tsvector('simple', raw.without_accents(lowered))) as t
    ),

    found as (
        select
            s.place,
            coalesce(min(t.lexeme), s.stems[1]) as word,
            s.stems,
            case
                when has_compounds then recs.words_that_end_in(s.stems, most_compounds)
            end as compounds
        from stemmed as s
        left join typed as t on s.place = t.place
        group by s.place, s.stems
    )

    select
        f.place,
        f.word,
        f.stems,
        recs.any_of(f.stems),
        coalesce(recs.any_of(f.stems) || f.compounds, recs.any_of(f.stems))
    from found as f
    order by f.place;
end;
$$;
