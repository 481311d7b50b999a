-- Take each part for this session, those that no other session has at the moment. The locks go
-- with the session, so a worker that dies leaves none behind. Every role can take advisory locks;
-- the seed and the hash of a text that nobody has claimed yet keep others from doing so beforehand.
-- encoder_id: the encoder; product_ids, parts: the parts, element by element.
-- A row: product_id and part of one that is ours now.
with named as materialized (
    select
        k.product_id,
        k.part,
        hashtextextended(
            format(
                'embed %%s %%s %%s %%s',
                %(encoder_id)s::integer, k.part, k.product_id, d.content_hash
            ),
            l.seed
        ) as lock_key
    from unnest(%(product_ids)s::text [], %(parts)s::text []) as k (product_id, part)
    inner join marts.product_documents as d on k.product_id = d.product_id and k.part = d.part
    inner join ops.locks as l on l.name = 'documents'
)

select n.product_id, n.part
from named as n
where pg_try_advisory_lock(n.lock_key)
