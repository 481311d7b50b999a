-- The full-text query of what people type: "a phrase", or, -excluded.
-- p_words: text; a dash that stands alone, as in many titles, excludes nothing; p_configuration:
-- whose stems the query has.
create or replace function recs.typed_query(p_words text, p_configuration regconfig)
returns tsquery
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select raw.without_accents(
        websearch_to_tsquery(
            p_configuration,
            regexp_replace(raw.lowered_text(p_words), '(^|\s)-+(?=\s|$)', '\1', 'g')
        )::text
    )::tsquery;
$$;
