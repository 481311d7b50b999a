-- Which groups of variants some products are of.
-- product_ids: their ids.
-- A row: a product that is of a group, and the group's id.
select
    p.product_id,
    p.variant_group_id
from raw.products as p
where p.product_id = any(%(product_ids)s::text []) and p.variant_group_id is not null
