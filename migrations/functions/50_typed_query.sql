-- The full-text query of what people type: "a phrase", or, -excluded.
-- p_words: text; a dash that stands alone, as in many titles, excludes nothing.
create or replace function recs.typed_query(p_words text)
returns tsquery
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select websearch_to_tsquery(
        'english', regexp_replace(p_words, '(^|\s)-+(?=\s|$)', '\1', 'g')
    );
$$;
