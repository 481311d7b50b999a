-- A model that may serve, and the one that does.
-- name: of the model that is to serve.
-- A row: its id, kind, recipe, what it was trained on, how many products have a vector; and the
-- serving model's id, name and kind, null where none serves. No row: there is no such model.
select
    m.model_id,
    m.kind,
    m.parameters,
    m.data,
    (select count(*) from recs.product_vectors as v where v.model_id = m.model_id) as vectors,
    s.model_id as serving_id,
    s.name as serving_name,
    s.kind as serving_kind
from recs.models as m
left join (
    select p.model_id, n.name, n.kind
    from recs.serving_model as p
    inner join recs.models as n on p.model_id = n.model_id
) as s on true
where m.name = %(name)s and m.purpose = 'serve';
