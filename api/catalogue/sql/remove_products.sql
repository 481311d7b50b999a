-- Take products out of the catalogue.
-- product_ids: their ids.
-- A row: one product that was not removed before.
select r.product_id
from raw.remove_products(%(product_ids)s::text []) as r
