-- The currency of most products that have a price.
-- A row: its code in capitals, null where most products have none; no row without a price.
select upper(p.currency) as currency
from products as p
where p.price is not null
group by upper(p.currency)
order by count(*) desc, upper(p.currency) asc
limit 1
