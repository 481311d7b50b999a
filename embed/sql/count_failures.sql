-- How many parts wait for another try.
-- encoder_id: the encoder.
select count(*) as failures
from ops.embedding_failures as f
where f.encoder_id = %(encoder_id)s
