-- The products most like a product as they were computed before, then popular ones: no vectors.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; filter: JSON of a
-- recs.product_filter, null: in stock; candidates: choose among these alone, null: among all;
-- model: name of a model, null: the serving one.
-- A row: a product with its rank from 1, and the neighbour's score (null where it only
-- fills up); one row of nulls where nothing is left; no row for an unknown product. Columns stand
-- in the order of SimilarProduct.
with asked as materialized (
    select
        f.filter,
        -- A filter that keeps few products is slow to meet on the way down the ranking.
        recs.few_eligible(f.filter, %(candidates)s::text [], 4000) as candidates
    from (
        select jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb) as filter
    ) as f
),

used as materialized (
    select
        m.model_id,
        m.name
    from recs.model_of(%(model)s::text) as m
),

near as materialized (
    select
        n.neighbour_id as product_id,
        n.score,
        n.rank
    from recs.neighbours as n
    cross join asked as a
    where
        n.model_id = (select u.model_id from used as u)
        and n.product_id = %(product_id)s
        and n.neighbour_id <> all(%(exclude)s::text [])
        -- A column, which lets Postgres put the function's text in its place.
        and (
            select recs.fits(p, a.filter)
            from raw.products as p
            where p.product_id = n.neighbour_id
        )
        and (%(candidates)s::text [] is null or n.neighbour_id = any(%(candidates)s::text []))
    order by n.rank
    limit %(k)s::integer
),

filled as (
    select
        n.product_id,
        n.score,
        'neighbours' as source,
        n.rank::bigint as place
    from near as n
    union all
    select
        f.product_id,
        null::real,
        'popular',
        1000000 + f.place
    from
        recs.popular_products(
            %(k)s::integer - (select count(*)::integer from near),
            %(exclude)s::text []
            || %(product_id)s::text
            || array(select n.product_id from near as n),
            (select a.filter from asked as a),
            (select a.candidates from asked as a)
        ) with ordinality as f (product_id, popularity, actions, place)
)

select
    row_number() over (order by f.place)::integer as rank,
    f.product_id,
    f.score,
    f.source,
    (select u.name from used as u) as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url
from raw.products as own
left join filled as f on true
left join raw.products as p on f.product_id = p.product_id
where own.product_id = %(product_id)s
order by rank
