-- The trained models that live on an encoder's vectors.
-- encoder_id: the encoder.
-- A row: model_id and name.
select m.model_id, m.name
from recs.models as m
where m.encoder_id = %(encoder_id)s and m.kind = 'trained' and m.purpose = 'serve'
order by m.model_id
