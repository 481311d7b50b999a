-- All encoders with what makes them different.
-- A row: an encoder, its columns in the order of the struct ListedEncoder, in the order in which
-- they were first used. products: those whose name has a vector of it.
select
    e.encoder_id,
    e.name,
    e.revision,
    e.sha256,
    e.document_prompt,
    e.query_prompt,
    e.pooling,
    e.dimension,
    (
        select count(*) from recs.embeddings as b
        where b.encoder_id = e.encoder_id and b.part = 'name'
    ) as products,
    (
        select coalesce(array_agg(m.name order by m.model_id), '{}')
        from recs.models as m
        where m.encoder_id = e.encoder_id and m.purpose = 'serve'
    ) as models,
    case
        when
            exists (
                select from recs.serving_model as s
                inner join recs.models as m on s.model_id = m.model_id
                where m.encoder_id = e.encoder_id
            )
            then 'serves'
        when
            exists (
                select from recs.encoder_switches as w
                where w.encoder_id = e.encoder_id and w.switched_at is null
            )
            then 'is to follow'
        when
            exists (
                select from recs.encoder_switches as w
                where e.encoder_id in (w.encoder_id, w.previous_encoder_id)
            )
            then 'is kept for the way back'
        else 'is not used'
    end as role
from recs.encoders as e
order by e.encoder_id
