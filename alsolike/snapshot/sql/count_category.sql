-- How many products a category and those below it have. category: its path. One row.
select count(*) as product_count
from raw.products as p
where (p.category = %(category)s or starts_with(p.category, %(category)s || ' > '))
