-- Register a model and make the partition of its vectors.
-- p_name: unique name; p_kind: 'average' or 'trained'; p_encoder_id: encoder of its text vectors;
-- p_dimension: length of its vectors; p_parameters: its recipe; p_purpose: 'serve', or 'evaluate'
-- for a model that is dropped after one evaluation.
-- Returns the model's id. A name that is registered gives the id of its model; if that has another
-- encoder, dimension or purpose, invalid_parameter_value is raised.
create or replace function recs.add_model(
    p_name text, p_kind text, p_encoder_id integer, p_dimension integer, p_parameters jsonb,
    p_purpose text default 'serve'
) returns integer
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    kept recs.models;
begin
    insert into recs.models (name, kind, encoder_id, dimension, parameters, purpose)
    values (p_name, p_kind, p_encoder_id, p_dimension, p_parameters, p_purpose)
    on conflict (name) do nothing
    returning * into kept;

    if not found then
        select m.* into strict kept from recs.models as m where m.name = p_name;
        if kept.encoder_id <> p_encoder_id or kept.dimension <> p_dimension
            or kept.purpose <> p_purpose then
            raise invalid_parameter_value using message = format(
                'Model %L is there to %s, with encoder %s and dimension %s: '
                'register another name to %s, with %s and %s.',
                p_name, kept.purpose, kept.encoder_id, kept.dimension,
                p_purpose, p_encoder_id, p_dimension
            );
        end if;
        return kept.model_id;
    end if;

    -- `create table ... partition of` locks the vectors of all models: it would wait for their
    -- readers, and new readers would wait behind it. To attach a table does not.
    execute format(
        'create table recs.product_vectors_%s (like recs.product_vectors including all)',
        kept.model_id
    );
    execute format(
        'alter table recs.product_vectors attach partition recs.product_vectors_%s '
        'for values in (%s)',
        kept.model_id, kept.model_id
    );
    execute format(
        'grant select on recs.product_vectors_%s to alsolike_app, alsolike_analyst', kept.model_id
    );
    return kept.model_id;
end;
$$;
