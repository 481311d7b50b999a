-- The currency in which an experiment's shoppers buy most often.
-- name: the experiment.
-- A row: the currency, null where prices have none; none: they bought nothing.
select p.currency
from recs.exposures as x
inner join raw.purchases as b on x.shopper_id = b.shopper_id
inner join raw.products as p on b.product_id = p.product_id
where x.experiment = %(name)s and b.quantity > b.returned_quantity
group by p.currency
order by count(*) desc, p.currency asc
limit 1
