-- How many products are to be exported. One row.
select count(distinct s.product_id) as product_count
from snapshot_products as s
