-- The vectors of the products' texts.
-- encoder_id: the encoder.
-- A row: product_id, part ('name' or 'details') and embedding: halfvec of unit length.
select e.product_id, e.part, e.embedding
from recs.embeddings as e
where e.encoder_id = %(encoder_id)s and e.part in ('name', 'details')
order by e.product_id, e.part
