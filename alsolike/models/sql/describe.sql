-- Note how a model was trained and how it answers.
-- model_id: the model; seed: of the training; serving, learned, data: JSON, see recs.models.
update recs.models
set
    seed = %(seed)s,
    serving = %(serving)s,
    learned = %(learned)s,
    data = %(data)s
where model_id = %(model_id)s
