-- By what products can be alike: brand, price level and attributes.
-- A row: one product, trait and value.
select
    t.product_id,
    t.trait,
    t.trait_value
from staging.int_product_traits as t
order by t.product_id, t.trait, t.trait_value;
