-- Build the index of a model unless it is there. One row: whether it was built.
-- model_id: the model.
select recs.build_vector_index(%(model_id)s) as is_built
