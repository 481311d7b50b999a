-- Take each part for this session, those that no other session has at the moment. The locks go
-- with the session, so a worker that dies leaves none behind.
-- encoder_id: the encoder; product_ids, parts: the parts, element by element.
-- A row: product_id and part of one that is ours now.
select k.product_id, k.part
from unnest(%(product_ids)s::text [], %(parts)s::text []) as k (product_id, part)
where
    pg_try_advisory_lock(
        hashtextextended(
            format('embed %%s %%s %%s', %(encoder_id)s::integer, k.part, k.product_id), 0
        )
    )
