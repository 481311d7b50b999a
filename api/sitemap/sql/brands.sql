-- The brands that shown products have, in order.
-- row_count: rows wanted.
-- A row: a brand.
select distinct p.brand
from raw.products as p
where p.brand is not null and not p.is_hidden
order by p.brand
limit %(row_count)s
