-- Remove the neighbours of products that are gone: from the catalogue, or, where neighbours come
-- from vectors alone, without a vector.
-- model_id: the model; is_trained: whether its neighbours were learned.
delete from recs.neighbours as n
where
    n.model_id = %(model_id)s
    and not exists (
        select from recs.product_vectors as v
        where v.model_id = %(model_id)s and v.product_id = n.product_id
    )
    and not (
        %(is_trained)s
        and exists (select from raw.products as p where p.product_id = n.product_id)
    )
