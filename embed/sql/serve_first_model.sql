-- Let a model serve if none does.
-- model_id: the model.
insert into recs.serving_model (model_id)
values (%(model_id)s)
on conflict (is_single) do nothing
