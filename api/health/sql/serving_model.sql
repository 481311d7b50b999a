-- The name of the model that answers.
-- A row: its name; none before the first model was made.
select m.name
from recs.model_of(null) as m
