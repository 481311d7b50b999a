-- Note why a part cannot be embedded and when it is tried again: after 1, 2, 4 … minutes, a day at
-- most. Another text begins anew.
-- encoder_id, product_id, part; content_hash: of the text; reason: text.
with product as (
    select p.product_id
    from raw.products as p
    where p.product_id = %(product_id)s
    for key share
)

insert into ops.embedding_failures as f (
    encoder_id, product_id, part, content_hash, reason, retry_at
)
select
    %(encoder_id)s, p.product_id, %(part)s, %(content_hash)s, %(reason)s,
    now() + interval '1 minute'
from product as p
on conflict (encoder_id, product_id, part) do update
    set
        content_hash = excluded.content_hash,
        reason = excluded.reason,
        attempts = case
            when f.content_hash = excluded.content_hash then f.attempts + 1 else 1
        end,
        failed_at = now(),
        retry_at = case
            when f.content_hash = excluded.content_hash
                then now() + least(
                    interval '1 day', interval '1 minute' * power(2, least(f.attempts, 20))
                )
            else excluded.retry_at
        end
