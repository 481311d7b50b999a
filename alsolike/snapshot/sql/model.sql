-- The model to export. model: its name, null for the serving one.
-- A row: its id and name; no row where none serves. A name that no model has raises LS001.
select
    m.model_id,
    m.name
from recs.model_of(%(model)s::text) as m
