-- What is recently popular, for whoever looks at a product: its own category first; no neighbours
-- and no vectors.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; category: path of a
-- category, itself and all below it, null: any.
-- A row: as in similar_neighbours.
select
    (row_number() over (order by f.place))::integer as rank,
    f.product_id,
    null::real as score,
    'popular' as source,
    null::text as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url
from raw.products as own
left join
    lateral (
        select
            o.product_id,
            min(o.place) as place
        from (
            select
                near.product_id,
                near.place
            from
                recs.popular_products(
                    %(k)s::integer,
                    %(exclude)s::text [] || own.product_id,
                    coalesce(%(category)s::text, own.category)
                ) with ordinality as near (product_id, popularity, place)
            union all
            select
                far.product_id,
                1000000 + far.place
            from
                recs.popular_products(
                    %(k)s::integer, %(exclude)s::text [] || own.product_id, %(category)s::text
                ) with ordinality as far (product_id, popularity, place)
        ) as o
        group by o.product_id
        order by place
        limit %(k)s::integer
    ) as f
    on true
left join raw.products as p on f.product_id = p.product_id
where own.product_id = %(product_id)s
order by rank
