-- The model of averaged parts of an encoder; it is registered if there is none. The first is named
-- 'average', later ones 'average@' with the first characters of their encoder's sha256.
-- encoder_id: the encoder.
-- One row: model_id and name.
with kept as (
    select m.model_id, m.name
    from recs.models as m
    where m.kind = 'average' and m.encoder_id = %(encoder_id)s
    order by m.model_id
    limit 1
),

missing as (
    select
        e.encoder_id,
        e.dimension,
        case
            when exists (select from recs.models as m where m.name = 'average')
                then 'average@' || left(e.sha256, 8)
            else 'average'
        end as name
    from recs.encoders as e
    where e.encoder_id = %(encoder_id)s and not exists (select from kept)
)

select k.model_id, k.name from kept as k
union all
select recs.add_model(m.name, 'average', m.encoder_id, m.dimension, '{}'), m.name
from missing as m
