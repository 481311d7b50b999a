-- The query encoder of the model that serves.
-- One row at most: encoder_id, fingerprint of its files, prefix of every query, and the letters per
-- piece that a query needs.
select
    q.encoder_id,
    q.fingerprint,
    q.prefix,
    q.least_letters
from recs.serving_model as s
inner join recs.models as m on s.model_id = m.model_id
inner join recs.query_encoders as q on m.encoder_id = q.encoder_id
where q.failure is null
