-- The encoder of a description: its vectors can be compared with those that the row's encoder made.
-- sha256: of the weights; document_prompt, query_prompt, pooling: texts; dimension: length of its
-- vectors. A row whose pooling is null was made before poolings were kept; any may be its own.
-- One row at most: encoder_id.
select e.encoder_id
from recs.encoders as e
where
    e.sha256 = %(sha256)s
    and e.document_prompt = %(document_prompt)s
    and e.query_prompt = %(query_prompt)s
    and e.dimension = %(dimension)s
    and coalesce(e.pooling, %(pooling)s) = %(pooling)s
order by e.encoder_id
limit 1
