-- Remove the vectors of texts that there are no more; departed products took theirs with them.
-- encoder_id: the encoder.
delete from recs.embeddings as e
where
    e.encoder_id = %(encoder_id)s
    and e.part in ('name', 'details')
    and not exists (
        select from marts.product_documents as d
        where d.product_id = e.product_id and d.part = e.part
    )
