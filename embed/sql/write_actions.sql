-- The actions part of products: the weighted mean of their shoppers' vectors, normalised. Only what
-- changed is written: weights fade day by day, and a vector that moved by less than a cosine
-- distance of 0.000001 recommends the same and would only leave a dead row in the index. What is
-- kept is compared before the insert: a conflict locks its row even where it then does nothing.
-- encoder_id: the encoder; dimension: length of the vectors; first, last: range of product numbers.
with summed as (
    select
        i.product_number,
        l2_normalize(
            sum(
                s.embedding::vector
                * array_fill(i.weight, array[%(dimension)s::integer])::vector
            )
        )::halfvec as embedding
    from numbered_interactions as i
    inner join shopper_vectors as s on i.shopper_number = s.shopper_number
    where i.product_number between %(first)s and %(last)s
    group by i.product_number
),

changed as (
    select p.product_id, s.embedding
    from summed as s
    inner join text_vectors as t on s.product_number = t.product_number
    inner join raw.products as p on t.product_id = p.product_id
    left join recs.embeddings as kept
        on
            kept.encoder_id = %(encoder_id)s
            and t.product_id = kept.product_id
            and kept.part = 'actions'
    where
        l2_norm(s.embedding) > 0
        and (kept.product_id is null or (kept.embedding <=> s.embedding) > 0.000001)
    for key share of p
)

insert into recs.embeddings (encoder_id, product_id, part, content_hash, embedding)
select
    %(encoder_id)s, c.product_id, 'actions', md5(halfvec_send(c.embedding)), c.embedding
from changed as c
on conflict (encoder_id, product_id, part) do update
    set
        content_hash = excluded.content_hash,
        embedding = excluded.embedding,
        embedded_at = now()
