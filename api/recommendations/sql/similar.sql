-- The products most like a product, as recs.similar_products says.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; filter: JSON of a
-- recs.product_filter, null: in stock; candidates: choose among these alone, null: among all;
-- model: name of a model, null: the serving one; reasons: whether to say why; way: how products are
-- found.
-- A row: a product with its rank from 1 and its score, null where it only fills up. An unknown
-- model raises LS001, an unknown product LS002. Columns stand in the order of SimilarProduct, then
-- of SimilarReason.
select
    s.product_id,
    s.rank,
    s.score,
    s.source,
    s.model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.sale_price::double precision as sale_price,
    p.currency,
    p.image_url,
    p.url,
    case
        when p.variant_group_id is null then 0
        else recs.variant_count(p.product_id, p.variant_group_id)
    end as variants,
    s.reason_kind,
    s.reason_count
from
    recs.similar_products(
        %(product_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, %(reasons)s::boolean, %(way)s::text
    ) as s
inner join raw.products as p on s.product_id = p.product_id
order by s.rank
