-- A piece of a file of a query encoder.
-- encoder_id: the encoder; name: of the file; position: of the piece, from 0.
-- One row: content, bytes; none after the last piece.
select f.content
from recs.query_encoder_files as f
where
    f.encoder_id = %(encoder_id)s
    and f.name = %(name)s
    and f.position = %(position)s
