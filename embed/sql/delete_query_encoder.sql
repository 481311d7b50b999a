-- Forget an encoder's light copy, with its files.
-- encoder_id: the encoder.
delete from recs.query_encoders
where encoder_id = %(encoder_id)s
