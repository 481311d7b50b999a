-- What goes with what lies in a basket: what goes with each of its products, by the sum of their
-- scores. What goes with a pair comes before what goes with a kind.
-- product_ids: of the basket, none twice; k: rows wanted.
-- A row: product_id and basis, as of recs.goes_with; best first.
select
    g.product_id,
    case when bool_or(g.basis = 'pair') then 'pair' else 'category' end as basis
from unnest(%(product_ids)s::text []) as b (product_id)
inner join raw.products as p on b.product_id = p.product_id and not p.is_hidden
cross join
    lateral recs.goes_with(
        b.product_id, 2 * %(k)s::integer, %(product_ids)s::text []
    ) as g
group by g.product_id
order by
    bool_or(g.basis = 'pair') desc, sum(g.score) filter (where g.basis = 'pair') desc nulls last,
    sum(g.score) desc, g.product_id asc
limit %(k)s::integer
