-- The products most like a product, ready to answer with.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; filter: JSON of a
-- recs.product_filter, null: in stock; candidates: choose among these alone, null: among all;
-- model: name of a model, null: the serving one; reasons: whether to say why.
-- A row: a product with its rank from 1 and its score (null where it only fills up); one row of
-- nulls where there is nothing like it; none for an unknown product. An unknown model raises
-- LS001. Columns stand in the order of SimilarProduct and SimilarReason.
--
-- Of one product: with a list of them Postgres would plan it anew for every request, which takes
-- longer than to run it.
select
    s.rank,
    s.product_id,
    s.score,
    s.source,
    s.model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url,
    s.reason_kind,
    s.reason_count
from raw.products as own
left join
    lateral
    recs.similar_products(
        own.product_id, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, %(reasons)s::boolean
    ) as s
    on true
left join raw.products as p on s.product_id = p.product_id
where own.product_id = %(product_id)s
order by s.rank
