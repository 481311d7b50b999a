-- An encoder; where none is named, that of the serving model, or the only one.
-- encoder_id: the encoder, null: none is named.
-- A row: encoder_id and dimension; none where there are several and none serves.
with counted as (
    select
        e.encoder_id,
        e.dimension,
        count(*) over () as encoders
    from recs.encoders as e
),

serving as (
    select m.encoder_id
    from recs.serving_model as s
    inner join recs.models as m on s.model_id = m.model_id
)

select c.encoder_id, c.dimension
from counted as c
left join serving as s on c.encoder_id = s.encoder_id
where
    c.encoder_id = %(encoder_id)s::integer
    or (
        %(encoder_id)s::integer is null
        and (s.encoder_id is not null or (c.encoders = 1 and not exists (select from serving)))
    )
