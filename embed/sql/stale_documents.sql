-- The parts whose text has no vector yet, or the vector of an older text; without those that failed
-- and wait for their next try. The longest texts come first: texts of a batch then have similar
-- lengths, which keeps padding small, and a lack of memory shows at once. Equal texts, which
-- variants of a product often have, follow each other, so that a batch encodes them once.
-- encoder_id: the encoder.
-- A row: product_id and part.
select d.product_id, d.part
from marts.product_documents as d
left join recs.embeddings as e
    on
        e.encoder_id = %(encoder_id)s
        and d.product_id = e.product_id
        and d.part = e.part
        and d.content_hash = e.content_hash
left join ops.embedding_failures as f
    on
        f.encoder_id = %(encoder_id)s
        and d.product_id = f.product_id
        and d.part = f.part
        and d.content_hash = f.content_hash
        and f.retry_at > now()
where e.product_id is null and f.product_id is null
order by length(d.content) desc, d.content_hash asc, d.product_id asc, d.part asc
