-- A model by its name, or the serving one where the name is null.
-- p_name: name of a model, or null.
-- A row: model_id, name, dimension, kind and serving options; no row where there is no such model.
create or replace function recs.model_of(p_name text)
returns table (model_id integer, name text, dimension integer, kind text, serving jsonb)
language sql
stable
as $$
    select m.model_id, m.name, m.dimension, m.kind, m.serving
    from recs.models as m
    where
        m.model_id = case
            when p_name is null then (select s.model_id from recs.serving_model as s)
            else (select n.model_id from recs.models as n where n.name = p_name)
        end;
$$;
