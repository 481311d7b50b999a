-- A model by name, null: the serving one.
-- name: text or null.
-- At most one row: model_id, name and dimension.
select m.model_id, m.name, m.dimension from recs.model_of(%(name)s) as m
