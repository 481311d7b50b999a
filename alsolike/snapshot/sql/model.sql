-- The model to export. model: its name, null for the serving one.
-- A row: its id, its name, then its options in the order of ServingOptions; no row where none
-- serves. A name that no model has raises LS001.
select
    m.model_id,
    m.name,
    o.actions,
    o.decay,
    o.purchase_weight,
    o.review_weight,
    o.view_weight
from recs.model_of(%(model)s::text) as m
cross join recs.serving_options(m.serving) as o
