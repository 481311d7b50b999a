-- Let a model serve: every answer from now on is this model's.
-- model_id: the model; expected_id: what serves as far as the caller knows, null: nothing.
-- A row: the model_id that serves now; none: something else serves than was expected.
insert into recs.serving_model (model_id)
values (%(model_id)s)
on conflict (is_single) do update
    set
        model_id = excluded.model_id,
        switched_at = now()
    where recs.serving_model.model_id is not distinct from %(expected_id)s::integer
returning model_id
