-- The model of averaged parts of an encoder; it is registered if there is none. The first is named
-- 'average', later ones 'average@' with the first characters of their encoder's sha256, and with
-- its number where another encoder of the same weights has that name.
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
        (
            select o.name
            from
                unnest(
                    array[
                        'average',
                        'average@' || left(e.sha256, 8),
                        'average@' || left(e.sha256, 8) || '-' || e.encoder_id
                    ]
                ) with ordinality as o (name, place)
            where not exists (select from recs.models as m where m.name = o.name)
            order by o.place
            limit 1
        ) as name
    from recs.encoders as e
    where e.encoder_id = %(encoder_id)s and not exists (select from kept)
)

select k.model_id, k.name from kept as k
union all
select recs.add_model(m.name, 'average', m.encoder_id, m.dimension, '{}'), m.name
from missing as m
