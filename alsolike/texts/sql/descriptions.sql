-- Names and characteristics of the products. Reviews are left out: one written after the moment
-- that is foretold would leak into the past.
-- A row: one product, its name with the brand, and its characteristics; empty where there is none.
select
    n.product_id,
    coalesce(n.content, '') as name,
    coalesce(c.characteristics_text, '') as characteristics
from marts.product_documents as n
left join staging.int_product_characteristics as c on n.product_id = c.product_id
where n.part = 'name'
