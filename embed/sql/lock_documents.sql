-- Take each part for this session. A worker that dies leaves no lock behind: they go with the
-- session. Every role can take advisory locks; the key is made of a secret seed and of the text's
-- hash, so that nobody else can hold one beforehand. Locks are taken in the order of their keys, so
-- that two sessions that wait never wait for each other.
-- encoder_id: the encoder; product_ids, parts: the parts, element by element; is_patient: wait for
-- parts that another session holds, instead of leaving them out.
-- A row: product_id and part of one that is ours now.
with keyed as materialized (
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

select k.product_id, k.part
from keyed as k
where
    case
        when %(is_patient)s then pg_advisory_lock(k.lock_key) is not null
        else pg_try_advisory_lock(k.lock_key)
    end
