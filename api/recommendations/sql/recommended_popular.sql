-- What is recently popular, for somebody: none of their taste, all that is to be left out.
-- Parameters and rows as in recommended_neighbours.
with asked as materialized (
    select
        f.filter,
        recs.few_eligible(f.filter, %(candidates)s::text [], 4000) as candidates
    from (
        select jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb) as filter
    ) as f
),

used as materialized (
    select
        m.name,
        m.serving
    from recs.model_of(%(model)s::text) as m
),

-- Element by element: what they acted on.
acted as materialized (
    select
        coalesce(array_agg(a.kind), '{}') as kinds,
        coalesce(array_agg(a.product_id), '{}') as product_ids
    from recs.recent_actions(
        %(shopper_id)s::text, %(session_id)s::text, (select u.serving from used as u),
        %(until)s::timestamptz, %(history)s::jsonb
    ) as a
)

select
    f.place::integer as rank,
    f.product_id,
    null::real as score,
    'popular' as source,
    (select u.name from used as u) as model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url,
    'popular' as reason_kind,
    null::text as reason_event_id,
    null::text as reason_product_id,
    f.actions as reason_count
from asked as a
cross join
    lateral
    recs.popular_products(
        %(k)s::integer,
        recs.left_out(%(shopper_id)s::text)
        || %(exclude)s::text []
        || (select recs.acted_left_out(d.kinds, d.product_ids) from acted as d)
        || array(
            select h.product_id
            from
                jsonb_to_recordset(coalesce(%(history)s::jsonb, '[]'))
                    as h (kind text, product_id text)
            where h.kind = 'basket' and h.product_id is not null
        ),
        a.filter,
        a.candidates
    ) with ordinality as f (product_id, popularity, actions, place)
inner join raw.products as p on f.product_id = p.product_id
order by rank
