-- A model by its name, or the serving one where the name is null.
-- p_name: name of a model, or null.
-- A row: model_id, name, dimension, kind and serving options; no row where none serves. A name that
-- no model has raises LS001, a state of our own: which model there is not decides what a caller is
-- told, whatever the message says in whichever language.
create or replace function recs.model_of(p_name text)
returns table (model_id integer, name text, dimension integer, kind text, serving jsonb)
language plpgsql
stable
rows 1
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
    select m.model_id, m.name, m.dimension, m.kind, m.serving
    from recs.models as m
    where
        m.model_id = case
            when p_name is null then (select s.model_id from recs.serving_model as s)
            else (select n.model_id from recs.models as n where n.name = p_name)
        end;
    if not found and p_name is not null then
        raise exception using errcode = 'LS001',
            message = format('There is no model %L.', p_name);
    end if;
end;
$$;
