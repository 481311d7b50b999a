-- A model by name, null: the serving one.
-- name: text or null.
-- A name that no model has raises LS001.
-- At most one row: model_id, name, kind, and how many neighbours its training gave each product
-- (null: it was not trained).
select
    found.model_id,
    found.name,
    found.kind,
    (m.parameters ->> 'neighbours')::integer as neighbours
from recs.model_of(%(name)s) as found
inner join recs.models as m on found.model_id = m.model_id
