-- What is recently popular, for whoever looks at a product: its own category first; no neighbours
-- and no vectors.
-- Parameters and rows as in similar_neighbours.
with used as materialized (
    select m.name
    from recs.model_of(%(model)s::text) as m
),

asked as materialized (
    select
        own.product_id,
        f.filter,
        g.filter as own_filter,
        recs.few_eligible(f.filter, %(candidates)s::text [], 4000) as candidates,
        recs.few_eligible(g.filter, %(candidates)s::text [], 4000) as own_candidates
    from raw.products as own
    cross join
        lateral (
            select jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb) as filter
        ) as f
    cross join
        lateral (
            select
                jsonb_populate_record(
                    null::recs.product_filter,
                    jsonb_build_object('category', own.category)
                    || coalesce(%(filter)s::jsonb, '{}')
                ) as filter
        ) as g
    where own.product_id = %(product_id)s
)

select
    (row_number() over (order by f.place))::integer as rank,
    f.product_id,
    null::real as score,
    'popular' as source,
    (select u.name from used as u) as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url
from asked as a
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
                    %(k)s::integer, %(exclude)s::text [] || a.product_id, a.own_filter,
                    a.own_candidates
                ) with ordinality as near (product_id, popularity, actions, place)
            union all
            select
                far.product_id,
                1000000 + far.place
            from
                recs.popular_products(
                    %(k)s::integer, %(exclude)s::text [] || a.product_id, a.filter, a.candidates
                ) with ordinality as far (product_id, popularity, actions, place)
        ) as o
        group by o.product_id
        order by place
        limit %(k)s::integer
    ) as f
    on true
left join raw.products as p on f.product_id = p.product_id
order by rank
