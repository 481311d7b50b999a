-- A model by its name.
-- name: of the model.
-- A row: its id, kind, recipe, seed, what it was trained on, and its encoder; none: there is none.
select m.model_id, m.kind, m.parameters, m.seed, m.data, m.encoder_id
from recs.models as m
where m.name = %(name)s;
