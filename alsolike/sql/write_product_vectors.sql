-- Bring the vectors of a model up to date: a product's vector is the normalised mean of some parts.
-- Only what changed is written; the vector of a product that has none of these parts is removed.
-- Rows are written in sixteen passes, each through all categories. So the vectors of a category lie
-- together, which makes them several times faster to read, and the HNSW index, built in that order,
-- still begins with a sample of everything: built category by category it finds less.
-- model_id: the model; encoder_id: its encoder; parts: the parts that are averaged.
-- One row: how many vectors were written or removed.
with averaged as (
    select e.product_id, l2_normalize(avg(e.embedding::vector))::halfvec as embedding
    from recs.embeddings as e
    where e.encoder_id = %(encoder_id)s and e.part = any(%(parts)s)
    group by e.product_id
    having vector_norm(avg(e.embedding::vector)) > 0
),

changed as (
    select p.product_id, p.category, a.embedding
    from averaged as a
    inner join raw.products as p on a.product_id = p.product_id
    left join recs.product_vectors as kept
        on kept.model_id = %(model_id)s and a.product_id = kept.product_id
    where
        kept.product_id is null
        or kept.embedding <> a.embedding
        or kept.category is distinct from p.category
    for key share of p
),

written as (
    insert into recs.product_vectors (model_id, product_id, category, embedding)
    select %(model_id)s, c.product_id, c.category, c.embedding
    from changed as c
    order by hashtext(c.product_id) & 15, c.category, c.product_id
    on conflict (model_id, product_id) do update
        set
            category = excluded.category,
            embedding = excluded.embedding,
            updated_at = now()
    returning product_id
),

departed as (
    delete from recs.product_vectors as v
    where
        v.model_id = %(model_id)s
        and not exists (
            select from recs.embeddings as e
            where
                e.encoder_id = %(encoder_id)s
                and e.product_id = v.product_id
                and e.part = any(%(parts)s)
        )
    returning v.product_id
)

select (select count(*) from written) + (select count(*) from departed) as changed
