-- Products by their ids. product_ids: a JSON list.
-- A row: a product, in the order of the ids.
select p.*
from json_each(:product_ids) as given
inner join products as p on given.value = p.product_id
order by given.key
