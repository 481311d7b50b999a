-- Remove the vectors and the failures of texts that there are no more; a product that is removed
-- takes its own along.
-- encoder_id: the encoder; parts: the parts that are texts.
with failures as (
    delete from ops.embedding_failures as f
    where
        f.encoder_id = %(encoder_id)s
        and not exists (
            select from marts.product_documents as d
            where d.product_id = f.product_id and d.part = f.part
        )
)

delete from recs.embeddings as e
where
    e.encoder_id = %(encoder_id)s
    and e.part = any(%(parts)s)
    and not exists (
        select from marts.product_documents as d
        where d.product_id = e.product_id and d.part = e.part
    )
