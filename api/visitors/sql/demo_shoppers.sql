-- Shoppers to try the shop as; none where shoppers are not made up. row_count: rows wanted.
-- A row: a shopper and the categories of their last looks, the latest first.
select
    d.shopper_id,
    d.display_name,
    d.categories
from recs.demo_shoppers(%(row_count)s) as d
-- Who has an account is not to be chosen.
where not exists (select 1 from ops.accounts as a where a.shopper_id = d.shopper_id)
