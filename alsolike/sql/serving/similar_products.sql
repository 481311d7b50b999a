-- The products most like a product, ready to answer with: one round trip.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; category: path of a
-- category, itself and all below it, null: any; model: name of a model, null: the serving one.
-- A row: a product with its rank from 1 and cosine similarity (null where it only fills up).
-- An unknown product or model raises no_data_found. Columns stand in the order of SimilarProduct.
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
    p.image_url
from
    recs.similar_products(
        %(product_id)s::text, %(k)s::integer, %(exclude)s::text [], %(category)s::text,
        %(model)s::text
    ) as s
inner join raw.products as p on s.product_id = p.product_id
order by s.rank
