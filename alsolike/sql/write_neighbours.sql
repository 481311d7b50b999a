-- Compute and keep the neighbours of some products. One row: how many rows were written.
-- model_id: the model; product_ids: the products; k: neighbours of each.
select recs.write_neighbours(%(model_id)s, %(product_ids)s, %(k)s) as written
