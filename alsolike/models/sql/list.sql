-- The models that may serve, in the order in which they were made.
-- kind: 'average' or 'trained', null: either; encoder_id: whose vectors they live on, null: any.
-- A row: a model, its columns in the order of the struct Model.
select
    m.model_id,
    m.name,
    m.kind,
    m.purpose,
    m.encoder_id,
    m.parameters,
    m.serving,
    m.data
from recs.models as m
where
    m.purpose = 'serve'
    and (%(kind)s::text is null or m.kind = %(kind)s)
    and (%(encoder_id)s::integer is null or m.encoder_id = %(encoder_id)s)
order by m.model_id
