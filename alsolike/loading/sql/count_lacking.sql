-- How many products on sale a full file of products lacks. Before its products are stored.
-- A row: those that it lacks, and all that are on sale.
select
    count(*) filter (
        where not exists (select from staged as s where s.product_id = p.product_id)
    ) as gone,
    count(*) as known
from raw.products as p
where p.is_in_stock
