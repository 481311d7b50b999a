-- The model that was trained for a switch that is going on.
-- encoder_id: the new encoder.
-- A row: model_id and name of the latest model since the switch began; none: it is to be trained.
select m.model_id, m.name
from recs.models as m
inner join recs.encoder_switches as w on m.encoder_id = w.encoder_id
where
    m.encoder_id = %(encoder_id)s
    and m.kind = 'trained'
    and m.purpose = 'serve'
    and m.created_at >= w.started_at
order by m.model_id desc
limit 1
