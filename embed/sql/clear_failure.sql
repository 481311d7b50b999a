-- Forget the failure of a part that is embedded now.
-- encoder_id, product_id, part.
delete from ops.embedding_failures as f
where
    f.encoder_id = %(encoder_id)s
    and f.product_id = %(product_id)s
    and f.part = %(part)s
