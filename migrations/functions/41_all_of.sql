-- The full-text query that all of some queries make; null for none.
-- p_queries: one for each word; p_but: place of one to leave out, from 1.
create or replace function recs.all_of(p_queries tsquery [], p_but integer default null)
returns tsquery
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg('(' || q.words::text || ')', '&' order by q.place)::tsquery
    from unnest(p_queries) with ordinality as q (words, place)
    where q.words is not null and q.place is distinct from p_but;
$$;
