-- What is recently popular, for a shopper: none of their taste, all that is to be left out.
-- Parameters and rows as in recommended_neighbours, without the model.
select
    (%(skip)s::integer + f.place)::integer as rank,
    f.product_id,
    null::real as score,
    'popular' as source,
    null::text as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url,
    'popular' as reason_kind,
    null::text as reason_event_id,
    null::text as reason_product_id
from raw.shoppers as s
left join
    lateral
    recs.popular_products(
        %(k)s::integer,
        array(
            select unnest(%(exclude)s::text [])
            union
            select b.product_id from raw.purchases as b
            where b.shopper_id = s.shopper_id
            union
            select h.product_id from recs.hides as h
            where h.shopper_id = s.shopper_id
        ),
        %(category)s::text,
        %(skip)s::integer
    ) with ordinality as f (product_id, popularity, place)
    on true
left join raw.products as p on f.product_id = p.product_id
where s.shopper_id = %(shopper_id)s
order by rank
