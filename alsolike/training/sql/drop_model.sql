-- Remove a model with all its rows.
-- model_id: the model, which must not serve.
select recs.drop_model(%(model_id)s);
