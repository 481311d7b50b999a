-- Whether a query says exactly what is wanted, by "quotes", or and -without: then only products
-- with those words will do.
-- p_words: words as people type them; p_query: the same as recs.typed_query gives it.
create or replace function recs.is_exact_search(p_words text, p_query tsquery)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- A tsquery without its words, each of which stands in quotes, is its operators.
    select
        p_words ~ '"[^"]+"'
        or regexp_replace(p_query::text, '''([^'']|'''')*''', '', 'g') ~ '[!|]';
$$;
