-- "You may also like" from neighbours that were computed before, then popular ones: no vectors.
-- shopper_id: a shopper, null: none; session_id: of a visitor who agreed, null: none; k: rows
-- wanted; exclude: product ids to leave out; filter: JSON of a recs.product_filter, null: in stock;
-- candidates: choose among these alone, null: among all; model: null: the serving one; history:
-- JSON of more actions, null: none; until: what happened later makes no taste, null: all does.
-- A row: a product with its rank from 1 and the event that counts most for it, best first; one row
-- of nulls where nothing is left; no row for an unknown shopper. The score adds up the neighbours'
-- scores, each by the weight of the action. Columns stand in the order of RecommendedProduct and
-- Reason.
with asked as materialized (
    select
        f.filter,
        -- A filter that keeps few products is slow to meet on the way down the ranking.
        recs.few_eligible(f.filter, 4000, %(candidates)s::text []) as candidates
    from (
        select jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb) as filter
    ) as f
),

used as materialized (
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
        %(shopper_id)s::text, %(session_id)s::text, (select u.serving from used as u),
        %(until)s::timestamptz, %(history)s::jsonb
    ) as a
),

left_out as materialized (
    select
        recs.left_out(%(shopper_id)s::text)
        || %(exclude)s::text []
        || array(select a.product_id from acted as a)
        || array(
            select h.product_id
            from
                jsonb_to_recordset(coalesce(%(history)s::jsonb, '[]')) as h (product_id text)
        ) as product_ids
),

summed as materialized (
    select
        n.neighbour_id as product_id,
        sum(a.weight * n.score)::real as score,
        (array_agg(a.kind order by a.weight * n.score desc))[1] as kind,
        (array_agg(a.event_id order by a.weight * n.score desc))[1] as event_id,
        (array_agg(a.product_id order by a.weight * n.score desc))[1] as because_id
    from acted as a
    inner join recs.neighbours as n
        on a.product_id = n.product_id and n.model_id = (select u.model_id from used as u)
    group by n.neighbour_id
    order by score desc, n.neighbour_id asc
),

-- Products are looked up one by one, best first, and only until enough are through.
near as materialized (
    select
        s.product_id,
        s.score,
        s.kind,
        s.event_id,
        s.because_id
    from summed as s
    cross join asked as q
    where
        s.product_id not in (
            select e.product_id
            from left_out as l
            cross join unnest(l.product_ids) as e (product_id)
            where e.product_id is not null
        )
        -- A column, which lets Postgres put the function's text in its place.
        and (
            select recs.fits(p, q.filter)
            from raw.products as p
            where p.product_id = s.product_id
        )
        and (%(candidates)s::text [] is null or s.product_id = any(%(candidates)s::text []))
    order by s.score desc, s.product_id asc
    limit %(k)s::integer
),

filled as (
    select
        n.product_id,
        n.score,
        'personal' as source,
        case n.kind
            when 'purchase' then 'bought'
            when 'review' then 'reviewed'
            when 'basket' then 'in_basket'
            else 'viewed'
        end as reason_kind,
        n.event_id,
        n.because_id,
        null::integer as actions,
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
        f.actions,
        (select count(*) from near) + f.place
    from
        recs.popular_products(
            %(k)s::integer - (select count(*)::integer from near),
            (select l.product_ids from left_out as l) || array(select n.product_id from near as n),
            (select q.filter from asked as q),
            (select q.candidates from asked as q)
        ) with ordinality as f (product_id, popularity, actions, place)
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
    f.because_id as reason_product_id,
    f.actions as reason_count
from (
    select s.shopper_id
    from raw.shoppers as s
    where s.shopper_id = %(shopper_id)s
    union all
    select null
    where %(shopper_id)s::text is null
) as who
left join filled as f on true
left join raw.products as p on f.product_id = p.product_id
order by rank
