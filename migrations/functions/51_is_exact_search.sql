-- Whether a query has operators: "a phrase", or, -excluded. Then only products that match it are
-- found: no word of it is dropped, and nothing is found by vector.
-- p_words: words as people type them.
create or replace function recs.is_exact_search(p_words text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- The text of a tsquery has its words in quotes: without them only operators are left.
    select
        p_words ~ '"[^"]+"'
        or regexp_replace(
            recs.typed_query(p_words, 'simple')::text, '''([^'']|'''')*''', '', 'g'
        ) ~ '[!|]';
$$;
