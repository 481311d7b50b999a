-- The texts of the locked parts that are still stale. A statement of its own, after the locks,
-- so that it sees what their last holder has written.
-- encoder_id: the encoder; product_ids, parts: the parts, element by element.
-- A row: product_id, part, content and content_hash.
select d.product_id, d.part, d.content, d.content_hash
from unnest(%(product_ids)s::text [], %(parts)s::text []) as k (product_id, part)
inner join marts.product_documents as d on k.product_id = d.product_id and k.part = d.part
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
