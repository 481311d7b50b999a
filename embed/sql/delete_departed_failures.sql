-- Remove the failures of texts that there are no more.
-- encoder_id: the encoder.
delete from ops.embedding_failures as f
where
    f.encoder_id = %(encoder_id)s
    and not exists (
        select from marts.product_documents as d
        where d.product_id = f.product_id and d.part = f.part
    )
