-- Register a trained model; its partition of recs.product_vectors is made with it.
-- name: unique; encoder_id, dimension: of its vectors; parameters: the recipe; purpose: 'serve' or
-- 'evaluate'.
-- One row: its model_id.
select recs.add_model(
    %(name)s, 'trained', %(encoder_id)s, %(dimension)s, %(parameters)s, %(purpose)s
)
