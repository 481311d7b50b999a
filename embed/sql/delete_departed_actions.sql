-- Remove the actions part of products that nobody acted on any more, or whose shoppers withdrew
-- their consent.
-- encoder_id: the encoder.
delete from recs.embeddings as e
where
    e.encoder_id = %(encoder_id)s
    and e.part = 'actions'
    and not exists (
        select
        from text_vectors as t
        inner join numbered_interactions as i on t.product_number = i.product_number
        where t.product_id = e.product_id
    )
