-- What goes with any of some products, as their pages show it.
-- product_ids: the products, none of them hidden.
-- A row: product_id.
select distinct g.product_id
from unnest(%(product_ids)s::text []) as u (product_id)
cross join recs.goes_with(u.product_id) as g
