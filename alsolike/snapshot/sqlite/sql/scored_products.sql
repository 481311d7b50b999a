-- What the model scores for someone, of the products that the question allows: as
-- recs.scored_products has it in Postgres.
-- actions: a JSON list of what they did: kind, product_id, weight, and depth, how many neighbours
-- are added up; k: rows wanted.
-- A row: the score; the place of the action that gave most of it, from 0, null: a prior alone gave;
-- then a product; best first.
with actions as (
    select
        a.key as place,
        p.number,
        p.category,
        a.value ->> 'weight' as weight,
        a.value ->> 'depth' as depth,
        -- A purchase counts less towards what is rarely bought again soon.
        case a.value ->> 'kind' when 'purchase' then p.repurchase_factor end as factor
    from json_each(:actions) as a
    inner join products as p on a.value ->> 'product_id' = p.product_id
),

parts as (
    select
        n.neighbour_number as number,
        a.place,
        a.weight * n.score
        * case
            when
                a.factor is not null
                and a.category
                = (select p.category from products as p where p.number = n.neighbour_number)
                then a.factor
            else 1
        end as part
    from actions as a
    inner join neighbours as n on a.number = n.product_number and a.depth >= n.rank
    union all
    select
        p.number,
        null as place,
        p.prior as part
    from products as p
    where p.prior is not null
),

compared as (
    select
        p.*,
        max(p.part) filter (where p.place is not null) over (partition by p.number) as greatest
    from parts as p
),

scores as (
    select
        c.number,
        as_real(sum(c.part)) as score,
        min(c.place) filter (where c.part = c.greatest) as place
    from compared as c
    group by c.number
)

select
    s.score,
    s.place,
    p.*
from scores as s
inner join allowed_products as p on s.number = p.number
order by s.score desc, p.product_id asc
limit :k
