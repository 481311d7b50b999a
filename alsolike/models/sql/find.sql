-- A model by its name, or the serving one.
-- name: of a model, null: the serving one. A name that no model has raises LS001.
-- A row: the model, its columns in the order of the struct Model; none where none serves.
select
    m.model_id,
    m.name,
    m.kind,
    m.purpose,
    m.encoder_id,
    m.parameters,
    m.serving,
    m.data
from recs.model_of(%(name)s) as found
inner join recs.models as m on found.model_id = m.model_id
