-- The products most like a product from what is popular: no neighbours and no vectors.
-- Parameters and rows: see similar_products, without the reason.
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
from raw.products as own
left join
    lateral
    recs.similar_popular(
        own.product_id, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text
    ) as s
    on true
left join raw.products as p on s.product_id = p.product_id
where own.product_id = %(product_id)s
order by s.rank
