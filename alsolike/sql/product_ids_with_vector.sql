-- The products of a model, in order.
-- model_id: the model.
-- A row: product_id.
select v.product_id
from recs.product_vectors as v
where v.model_id = %(model_id)s
order by v.product_id
