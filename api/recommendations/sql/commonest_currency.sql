-- The currency of most products that have a price, among the first 10000 of those that are shown:
-- a large catalogue would take long to count, for every request with bounds of the price.
-- A row: its code in capitals, null where most products have none; no row without a price.
select upper(f.currency) as currency
from (
    select p.currency
    from raw.products as p
    where p.price is not null and not p.is_hidden
    order by p.product_id
    limit 10000
) as f
group by upper(f.currency)
order by count(*) desc, upper(f.currency) asc
limit 1
