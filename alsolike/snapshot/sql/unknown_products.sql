-- Products of the list that the shop does not have. limit: how many of them to name.
-- A row: a product id, and how many there are in all.
select
    u.product_id,
    count(*) over () as unknown_count
from (
    select distinct s.product_id
    from snapshot_products as s
    where not exists (select from raw.products as p where p.product_id = s.product_id)
) as u
order by u.product_id
limit %(limit)s
