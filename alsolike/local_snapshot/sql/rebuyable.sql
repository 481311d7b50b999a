-- Which products shoppers buy again and again.
-- product_ids: a JSON list.
-- A row: a product id of the list.
select p.product_id
from json_each(:product_ids) as given
inner join products as p on given.value = p.product_id
where p.is_rebuyable = 1
