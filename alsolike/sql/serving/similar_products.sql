-- The products most like each of some products, ready to answer with: one round trip.
-- product_ids: the products; k: rows wanted of each; exclude: product ids to leave out; filter:
-- JSON of a recs.product_filter, null: in stock; candidates: choose among these alone, null: among
-- all; model: name of a model, null: the serving one; reasons: whether to say why.
-- A row: the place of the product asked about, from 1, and a product with its rank from 1 and its
-- score (null where it only fills up); one with nulls for a product with nothing like it; none for
-- an unknown product. An unknown model raises no_data_found. Columns stand in the order of
-- SimilarProduct and SimilarReason.
select
    wanted.place,
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
from unnest(%(product_ids)s::text []) with ordinality as wanted (product_id, place)
inner join raw.products as own on wanted.product_id = own.product_id
left join
    lateral
    recs.similar_products(
        own.product_id, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, %(reasons)s::boolean
    ) as s
    on true
left join raw.products as p on s.product_id = p.product_id
order by wanted.place, s.rank
