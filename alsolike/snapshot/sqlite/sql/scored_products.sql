-- What the model scores for someone, of the products that the question allows: as
-- recs.scored_products has it in Postgres, which says what the sides of a list are.
-- actions: a JSON list of what they did: kind, product_id, weight, and depth, how many neighbours
-- are added up; visit: how many of these, from the first on, are of the current visit, 0: the list
-- has one side; past_share: the share of the others in all weights; prior_share: what of a prior
-- counts; k: rows wanted of each side.
-- A row: the score; the place of the action that gave most of it, from 0, null: a prior alone gave;
-- then a product; best first.
with acted as materialized (
    select
        a.key as place,
        a.value ->> 'kind' as kind,
        a.value ->> 'weight' as weight,
        a.value ->> 'depth' as depth,
        p.number,
        p.category,
        p.repurchase_factor
    from json_each(:actions) as a
    inner join products as p on a.value ->> 'product_id' = p.product_id
),

-- Categories that are rarely bought again soon, and the place of the latest purchase.
bought as materialized (
    select
        a.category,
        min(a.place) as place
    from acted as a
    where a.kind = 'purchase' and a.repurchase_factor is not null
    group by a.category
),

actions as (
    select
        a.place,
        a.place < :visit as is_of_visit,
        a.number,
        a.category,
        a.weight,
        a.depth,
        iif(b.place is not null, a.repurchase_factor, null) as factor
    from acted as a
    left join bought as b on a.category = b.category and a.place >= b.place
),

parts as (
    select
        n.neighbour_number as number,
        a.place,
        a.is_of_visit,
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
        null as is_of_visit,
        p.prior * :prior_share as part
    from products as p
    where p.prior is not null
),

compared as (
    select
        p.*,
        max(p.part) over (partition by p.number, p.is_of_visit) as greatest
    from parts as p
),

sums as (
    select
        c.number,
        as_real(sum(c.part)) as score,
        total(c.part) filter (where c.is_of_visit is null) as prior,
        total(c.part) filter (where c.is_of_visit) as of_visit,
        total(c.part) filter (where not c.is_of_visit) as of_past,
        min(c.place) filter (where c.is_of_visit and c.part = c.greatest) as visit_place,
        min(c.place) filter (where not c.is_of_visit and c.part = c.greatest) as past_place
    from compared as c
    group by c.number
),

sided as materialized (
    select
        s.number,
        s.score,
        -- In the order that the list has without a visit.
        iif(
            :visit = 0,
            s.score,
            as_real((s.of_past / :past_share + s.prior) * :past_share)
        ) as past_score,
        case
            when
                s.of_visit > 0
                and s.of_visit / (1 - :past_share) > s.of_past / :past_share
                then s.visit_place
            else s.past_place
        end as place
    from sums as s
),

of_visit as (
    select p.number, s.score, s.place
    from sided as s
    inner join shown_products as f on s.number = f.number
    inner join products as p on f.shown_number = p.number
    where s.place < :visit
    order by s.score desc, p.product_id asc
    limit :k
),

of_past as (
    select p.number, s.past_score as score, s.place
    from sided as s
    inner join shown_products as f on s.number = f.number
    inner join products as p on f.shown_number = p.number
    where s.place is null or s.place >= :visit
    order by s.past_score desc, p.product_id asc
    limit :k
)

select
    f.score,
    f.place,
    p.*
from (
    select v.* from of_visit as v
    union all
    select o.* from of_past as o
) as f
inner join products as p on f.number = p.number
order by f.score desc, p.product_id asc
