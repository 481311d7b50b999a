-- Take each part for this session, waiting for whoever has it. In the order of the locks, so that
-- two who wait never wait for each other. See embed/lock_documents.sql for what the key is made of.
-- encoder_id: the encoder; product_ids, parts: the parts, element by element.
-- A row: product_id and part.
with ordered as materialized (
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
    order by lock_key
)

select o.product_id, o.part
from ordered as o
where pg_advisory_lock(o.lock_key) is not null
