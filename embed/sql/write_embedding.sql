-- Keep the vector of a part, unless that very text is kept already or the product is gone. Forget
-- why the part could not be embedded before.
-- encoder_id, product_id, part; content_hash: of the text; embedding: halfvec of unit length.
with product as (
    select p.product_id
    from raw.products as p
    where p.product_id = %(product_id)s
    for key share
),

failure as (
    delete from ops.embedding_failures as f
    where
        f.encoder_id = %(encoder_id)s
        and f.product_id = %(product_id)s
        and f.part = %(part)s
)

insert into recs.embeddings (encoder_id, product_id, part, content_hash, embedding)
select %(encoder_id)s, p.product_id, %(part)s, %(content_hash)s, %(embedding)s
from product as p
on conflict (encoder_id, product_id, part) do update
    set
        content_hash = excluded.content_hash,
        embedding = excluded.embedding,
        embedded_at = now()
    where embeddings.content_hash <> excluded.content_hash
