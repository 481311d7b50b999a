-- The pieces of a file of a query encoder, in order.
-- encoder_id: the encoder; name: of the file.
-- A row: content, bytes.
select f.content
from recs.query_encoder_files as f
where f.encoder_id = %(encoder_id)s and f.name = %(name)s
order by f.position
