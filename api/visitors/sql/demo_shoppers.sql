-- Shoppers to try the shop as; none where shoppers are not made up, and none who has an account.
-- row_count: rows wanted.
-- A row: a shopper and the categories of their last looks, the latest first.
select
    d.shopper_id,
    d.display_name,
    d.categories
from
    recs.demo_shoppers(4 * %(row_count)s::integer)
    with ordinality as d (shopper_id, display_name, categories, place)
where not exists (select 1 from ops.accounts as a where a.shopper_id = d.shopper_id)
order by d.place
limit %(row_count)s::integer
