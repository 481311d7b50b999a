-- Note that a switch of the encoder ended: a model of the new one serves.
-- model_id: the model that serves.
update recs.encoder_switches as w
set switched_at = now()
from recs.models as m
where m.model_id = %(model_id)s and w.encoder_id = m.encoder_id and w.switched_at is null
