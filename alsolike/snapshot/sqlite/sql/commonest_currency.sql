-- The currency of most products that have a price, among the first 10000 of them.
-- A row: its code in capitals, null where most products have none; no row without a price.
select upper(f.currency) as currency
from (
    select p.currency
    from products as p
    where p.price is not null
    order by p.product_id
    limit 10000
) as f
group by upper(f.currency)
order by count(*) desc, upper(f.currency) asc
limit 1
