-- The catalogue as training and evaluation number it.
-- A row: one product, in the order of the bytes of its id; created_at in microseconds since 1970.
select
    p.product_id,
    p.category,
    p.brand,
    p.is_in_stock,
    (extract(epoch from p.created_at) * 1000000)::bigint as created_us
from raw.products as p
order by p.product_id collate "C";
