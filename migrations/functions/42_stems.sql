-- The stems of a text in some languages, each once; an empty array for none.
-- p_configurations: text search configurations; p_text: words.
create or replace function recs.stems(p_configurations regconfig [], p_text text)
returns text []
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select distinct t.lexeme
        from unnest(p_configurations) as c (configuration)
        cross join lateral unnest(raw.text_words(c.configuration, p_text)) as t
    );
$$;
