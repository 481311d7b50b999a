-- The text of each product's name, as it is embedded.
-- A row: product_id and content; products without one are left out.
select d.product_id, d.content
from marts.product_documents as d
where d.part = 'name'
