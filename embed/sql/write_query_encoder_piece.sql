-- Keep a piece of a file of a query encoder.
-- encoder_id: the encoder; name: of the file; position: from 0; content: bytes.
insert into recs.query_encoder_files (encoder_id, name, position, content)
values (%(encoder_id)s, %(name)s, %(position)s, %(content)s)
