-- Put products into the catalogue.
-- items: JSON array, as raw.put_products takes it.
-- A row: what became of an item, in their order.
select p.outcome, p.reason, p.notes
from raw.put_products(%(items)s::jsonb) as p
order by p.line
