-- Register a model, with the partition that its vectors go to.
-- p_name: unique name; p_kind: 'average' or 'trained'; p_encoder_id: encoder of its text vectors;
-- p_dimension: length of its vectors; p_parameters: what it was made with.
-- Returns the model's id; calling again with the same name returns the same id.
create or replace function recs.add_model(
    p_name text, p_kind text, p_encoder_id integer, p_dimension integer, p_parameters jsonb
) returns integer
language plpgsql
set search_path = pg_catalog, public
as $$
declare
    found_id integer;
begin
    insert into recs.models (name, kind, encoder_id, dimension, parameters)
    values (p_name, p_kind, p_encoder_id, p_dimension, p_parameters)
    on conflict (name) do nothing
    returning model_id into found_id;

    if found_id is null then
        select m.model_id into strict found_id from recs.models as m where m.name = p_name;
        return found_id;
    end if;

    execute format(
        'create table recs.product_vectors_%s partition of recs.product_vectors for values in (%s)',
        found_id, found_id
    );
    execute format(
        'grant select on recs.product_vectors_%s to alsolike_app, alsolike_analyst', found_id
    );
    return found_id;
end;
$$;
