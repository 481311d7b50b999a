-- Whether a query has operators: "a phrase", or, -excluded. Then only products that match it are
-- found: no word of it is dropped, and nothing is found by vector.
-- p_words: words as people type them; p_query: what recs.typed_query makes of them.
create or replace function recs.is_exact_search(p_words text, p_query tsquery)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- The text of a tsquery has its words in quotes: without them only operators are left.
    select
        p_words ~ '"[^"]+"'
        or regexp_replace(p_query::text, '''([^'']|'''')*''', '', 'g') ~ '[!|]';
$$;
