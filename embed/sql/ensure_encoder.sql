-- Register the encoder, or find it: the same weights, prompts, pooling and dimension are the same
-- encoder, whatever its folder. One without a pooling was registered before poolings were kept, and
-- gets that of the encoder. The caller holds the lock of the models.
-- name, revision: where it is found; sha256: of the weights; document_prompt, query_prompt: what
-- stands before texts; pooling: what follows the transformer; dimension: length of its vectors.
-- One row: encoder_id.
with kept as (
    select e.encoder_id
    from recs.encoders as e
    where
        e.sha256 = %(sha256)s
        and e.document_prompt = %(document_prompt)s
        and e.query_prompt = %(query_prompt)s
        and e.dimension = %(dimension)s
        and coalesce(e.pooling, %(pooling)s) = %(pooling)s
    order by e.encoder_id
    limit 1
),

completed as (
    update recs.encoders as e
    set pooling = %(pooling)s
    from kept as k
    where e.encoder_id = k.encoder_id and e.pooling is null
),

added as (
    insert into recs.encoders (
        name, revision, sha256, document_prompt, query_prompt, pooling, dimension
    )
    select
        %(name)s,
        %(revision)s,
        %(sha256)s,
        %(document_prompt)s,
        %(query_prompt)s,
        %(pooling)s,
        %(dimension)s
    where not exists (select from kept)
    returning encoder_id
)

select k.encoder_id from kept as k
union all
select a.encoder_id from added as a
