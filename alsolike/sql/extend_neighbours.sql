-- Give newcomers their place among a trained model's neighbours. One row: how many rows were
-- written.
-- model_id: the model; product_ids: the newcomers; k: most rows of a product.
select recs.extend_neighbours(%(model_id)s, %(product_ids)s, %(k)s) as written
