-- Those of some text search configurations whose languages write compounds as one word.
-- p_configurations: recs.search_configurations().
create or replace function recs.compounding(p_configurations regconfig [])
returns regconfig []
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array_agg(c.configuration)
    from unnest(p_configurations) as c (configuration)
    where c.configuration = any(
        array['danish', 'dutch', 'finnish', 'german', 'hungarian', 'norwegian', 'swedish']::regconfig []
    );
$$;
