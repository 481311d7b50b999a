-- The products that have a vector of a trained model but no neighbours of it yet, in order.
-- model_id: the model.
-- A row: product_id.
select v.product_id
from recs.product_vectors as v
where
    v.model_id = %(model_id)s
    and not exists (
        select from recs.neighbours as n
        where n.model_id = %(model_id)s and n.product_id = v.product_id
    )
order by v.product_id
