-- "You may also like" from neighbours that were computed before, then popular ones: no vectors.
-- shopper_id: the shopper; k: rows wanted; skip: rows to skip; exclude: product ids to leave out;
-- category: path of a category, itself and all below it, null: any; model: null: the serving one.
-- A row: a product in stock with its rank from skip + 1 and the event that counts most for it,
-- best first; one row of nulls where nothing is left; no row for an unknown shopper. The score adds
-- up the neighbours' scores, each by the weight of the action. Columns stand in the order of
-- RecommendedProduct.
with used as materialized (
    select
        m.model_id,
        m.name,
        m.serving
    from recs.model_of(%(model)s::text) as m
),

acted as materialized (
    select
        a.kind,
        a.event_id,
        a.product_id,
        a.weight
    from recs.recent_actions(
        %(shopper_id)s::text, null, (select u.serving from used as u)
    ) as a
),

left_out as materialized (
    select array(
        select unnest(%(exclude)s::text [])
        union
        select a.product_id from acted as a
        union
        select b.product_id from raw.purchases as b
        where b.shopper_id = %(shopper_id)s
        union
        select h.product_id from recs.hides as h
        where h.shopper_id = %(shopper_id)s
    ) as product_ids
),

near as materialized (
    select
        n.neighbour_id as product_id,
        sum(a.weight * n.score)::real as score,
        (array_agg(a.kind order by a.weight * n.score desc))[1] as kind,
        (array_agg(a.event_id order by a.weight * n.score desc))[1] as event_id,
        (array_agg(a.product_id order by a.weight * n.score desc))[1] as because_id
    from acted as a
    inner join recs.neighbours as n
        on a.product_id = n.product_id and n.model_id = (select u.model_id from used as u)
    inner join raw.products as p on n.neighbour_id = p.product_id
    where
        p.is_in_stock
        and n.neighbour_id <> all((select l.product_ids from left_out as l)::text [])
        and (
            %(category)s::text is null
            or p.category = %(category)s
            or starts_with(p.category, %(category)s || ' > ')
        )
    group by n.neighbour_id
    order by score desc, n.neighbour_id asc
    limit %(k)s::integer + %(skip)s::integer
),

filled as (
    select
        n.product_id,
        n.score,
        'personal' as source,
        case n.kind when 'purchase' then 'bought' when 'review' then 'reviewed' else 'viewed' end
            as reason_kind,
        n.event_id,
        n.because_id,
        row_number() over (order by n.score desc, n.product_id asc) as place
    from near as n
    union all
    select
        f.product_id,
        null::real,
        'popular',
        'popular',
        null,
        null,
        (select count(*) from near) + f.place
    from
        recs.popular_products(
            %(k)s::integer + %(skip)s::integer - (select count(*)::integer from near),
            (select l.product_ids from left_out as l) || array(select n.product_id from near as n),
            %(category)s::text
        ) with ordinality as f (product_id, popularity, place)
)

select
    f.place::integer as rank,
    f.product_id,
    f.score,
    f.source,
    (select u.name from used as u) as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url,
    f.reason_kind,
    f.event_id as reason_event_id,
    f.because_id as reason_product_id
from raw.shoppers as s
left join filled as f on f.place > %(skip)s::integer
left join raw.products as p on f.product_id = p.product_id
where s.shopper_id = %(shopper_id)s
order by rank
