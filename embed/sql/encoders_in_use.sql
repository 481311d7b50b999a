-- The encoders whose vectors are kept up to date: that of the serving model, and those that follow
-- it or that it followed, until they are dropped.
-- A row: an encoder, its columns in the order of the struct KnownEncoder; the serving one first.
with serving as (
    select m.encoder_id
    from recs.serving_model as s
    inner join recs.models as m on s.model_id = m.model_id
)

select
    e.encoder_id,
    e.name,
    e.revision,
    e.sha256,
    e.document_prompt,
    e.query_prompt,
    e.pooling,
    e.dimension,
    s.encoder_id is not null as is_serving
from recs.encoders as e
left join serving as s on e.encoder_id = s.encoder_id
where
    s.encoder_id is not null
    or exists (
        select from recs.encoder_switches as w
        where e.encoder_id in (w.encoder_id, w.previous_encoder_id)
    )
order by is_serving desc, e.encoder_id asc
