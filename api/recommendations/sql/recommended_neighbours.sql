-- "You may also like" from neighbours that were computed before, then popular ones: no vectors.
-- shopper_id: a shopper, null: none; session_id: of a visitor who agreed, null: none; k: rows
-- wanted; exclude: product ids to leave out; filter: JSON of a recs.product_filter, null: in stock;
-- candidates: choose among these alone, null: among all; model: null: the serving one; history:
-- JSON of more actions, null: none; until: what happened later makes no taste, null: all does.
-- A row: a product with its rank from 1 and the event that counts most for it, best first. The
-- score adds up the neighbours' scores, each by the weight of the action. Columns stand in the
-- order of RecommendedProduct and Reason.
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
        m.name,
        m.serving
    from recs.model_of(%(model)s::text) as m
),

-- Element by element: what they acted on.
acted as materialized (
    select
        coalesce(array_agg(a.kind), '{}') as kinds,
        coalesce(array_agg(a.event_id), '{}') as event_ids,
        coalesce(array_agg(a.product_id), '{}') as product_ids,
        coalesce(array_agg(a.weight), '{}') as weights
    from recs.recent_actions(
        %(shopper_id)s::text, %(session_id)s::text, (select u.serving from used as u),
        %(until)s::timestamptz, %(history)s::jsonb
    ) as a
),

left_out as materialized (
    select
        recs.left_out(%(shopper_id)s::text)
        || %(exclude)s::text []
        || (select recs.acted_left_out(a.kinds, a.product_ids) from acted as a)
        || array(
            select h.product_id
            from
                jsonb_to_recordset(coalesce(%(history)s::jsonb, '[]'))
                    as h (kind text, product_id text)
            where h.kind = 'basket' and h.product_id is not null
        ) as product_ids
),

near as materialized (
    select
        s.product_id,
        s.score,
        s.because,
        s.place
    from used as u
    cross join acted as a
    cross join asked as q
    cross join lateral recs.serving_options(u.serving) as o
    cross join
        lateral
        recs.scored_products(
            u.model_id, a.product_ids, a.weights, (select l.product_ids from left_out as l),
            q.filter, q.candidates, o.neighbour_rows, %(k)s::integer
        ) with ordinality as s (product_id, score, because, place)
),

filled as (
    select
        n.product_id,
        n.score,
        case when n.because is null then 'popular' else 'personal' end as source,
        case a.kinds[n.because]
            when 'purchase' then 'bought'
            when 'review' then 'reviewed'
            when 'basket' then 'in_basket'
            when 'view' then 'viewed'
            else 'popular'
        end as reason_kind,
        a.event_ids[n.because] as event_id,
        a.product_ids[n.because] as because_id,
        null::integer as actions,
        n.place
    from near as n
    cross join acted as a
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
from filled as f
inner join raw.products as p on f.product_id = p.product_id
order by rank
