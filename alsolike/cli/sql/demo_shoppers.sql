-- Shoppers to try the shop as; none where shoppers are not made up. row_count: rows wanted.
-- A row: a shopper and the categories they looked at lately, the latest first.
select
    d.shopper_id,
    d.display_name,
    d.categories
from recs.demo_shoppers(%(row_count)s) as d
