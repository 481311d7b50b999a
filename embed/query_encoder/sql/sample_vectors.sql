-- Text vectors of products, drawn by their hash: the mean of each product's text parts.
-- encoder_id: the encoder; parts: the parts that are texts; row_count: rows at most.
-- A row: embedding, a vector of unit length.
with sampled as (
    select e.product_id
    from recs.embeddings as e
    where e.encoder_id = %(encoder_id)s and e.part = 'name'
    order by md5(e.product_id)
    limit %(row_count)s
)

select l2_normalize(avg(e.embedding::vector)) as embedding
from sampled as s
inner join recs.embeddings as e on s.product_id = e.product_id
where e.encoder_id = %(encoder_id)s and e.part = any(%(parts)s)
group by s.product_id
having vector_norm(avg(e.embedding::vector)) > 0
