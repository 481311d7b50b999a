-- Remove the vectors of products that have no part left.
-- encoder_id: the encoder; model_id: its model.
delete from recs.product_vectors as v
where
    v.model_id = %(model_id)s
    and not exists (
        select from recs.embeddings as e
        where e.encoder_id = %(encoder_id)s and e.product_id = v.product_id
    )
