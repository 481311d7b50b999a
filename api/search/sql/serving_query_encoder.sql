-- The query encoder of the model that serves.
-- One row at most: encoder_id, fingerprint of its files and prefix of every query.
select
    q.encoder_id,
    q.fingerprint,
    q.prefix
from recs.serving_model as s
inner join recs.models as m on s.model_id = m.model_id
inner join recs.query_encoders as q on m.encoder_id = q.encoder_id
where q.failure is null
