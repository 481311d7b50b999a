-- Change how a model of an evaluation answers.
-- model_id: the model; serving: JSON, see recs.serving_options.
update recs.models
set serving = %(serving)s
where model_id = %(model_id)s and purpose = 'evaluate'
