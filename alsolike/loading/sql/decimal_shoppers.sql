-- Shoppers of the staged file whose id is another's with the `.0` that spreadsheets and pandas add.
-- A row: how many, and one of them.
select count(*), shown(min(n.shopper_id))
from named_shoppers as n
inner join raw.shoppers as k on left(n.shopper_id, -2) = k.shopper_id
where n.shopper_id like '%.0'
