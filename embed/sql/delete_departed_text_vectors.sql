-- Remove the vectors of a trained model whose products have no text any more.
-- encoder_id: whose vectors; model_id: the model.
delete from recs.product_vectors as v
where
    v.model_id = %(model_id)s
    and not exists (
        select
        from recs.embeddings as e
        where
            e.encoder_id = %(encoder_id)s
            and e.product_id = v.product_id
            and e.part in ('name', 'details')
    )
