-- The normalised mean of a product's text parts, numbered from 1.
-- encoder_id: the encoder; parts: the parts that are texts.
insert into text_vectors (product_number, product_id, embedding)
select
    row_number() over (order by e.product_id) as product_number,
    e.product_id,
    l2_normalize(avg(e.embedding::vector)) as embedding
from recs.embeddings as e
where e.encoder_id = %(encoder_id)s and e.part = any(%(parts)s)
group by e.product_id
having vector_norm(avg(e.embedding::vector)) > 0
