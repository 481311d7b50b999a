-- Remove the neighbours of products that have no vector of the model any more.
-- model_id: the model.
delete from recs.neighbours as n
where
    n.model_id = %(model_id)s
    and not exists (
        select from recs.product_vectors as v
        where v.model_id = %(model_id)s and v.product_id = n.product_id
    )
