-- How many products have a vector of a model.
-- model_id: the model.
select count(*) as vectors from recs.product_vectors as v where v.model_id = %(model_id)s
