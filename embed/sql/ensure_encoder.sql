-- Register the encoder, or find it: the same weights are the same encoder, whatever their folder.
-- name: text; sha256: of the weights; dimension: length of its vectors.
-- One row: encoder_id and the dimension that was registered.
with kept as (
    select e.encoder_id, e.dimension
    from recs.encoders as e
    where e.sha256 = %(sha256)s
    order by e.encoder_id
    limit 1
),

added as (
    insert into recs.encoders (name, sha256, dimension)
    select %(name)s, %(sha256)s, %(dimension)s
    where not exists (select from kept)
    on conflict (name, sha256) do update set name = excluded.name
    returning encoder_id, dimension
)

select k.encoder_id, k.dimension from kept as k
union all
select a.encoder_id, a.dimension from added as a
