-- The full-text query that any of some stems answers; null for none.
-- p_stems: as recs.search_words and raw.products.search have them.
create or replace function recs.any_of(p_stems text [])
returns tsquery
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select
        string_agg('''' || replace(replace(s.stem, '\', '\\'), '''', '''''') || '''', '|')::tsquery
    from unnest(p_stems) as s (stem);
$$;
