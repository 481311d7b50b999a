-- How many products have an actions part.
-- encoder_id: the encoder.
select count(*) as actions
from recs.embeddings as e
where e.encoder_id = %(encoder_id)s and e.part = 'actions'
