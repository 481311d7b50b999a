-- The catalogue as training and evaluation number it.
-- A row: one product, in the order of the bytes of its id; whether lists may show it; created_at in
-- microseconds since 1970; whether the shop gave it. One that was not given is the time of the load
-- that brought the product: its own loaded_at, or, where a later load changed it, that of others
-- that came with it; what its variants have in common.
with loads as (
    select distinct p.loaded_at
    from raw.products as p
)

select
    p.product_id,
    p.category,
    p.brand,
    p.is_in_stock and not p.is_hidden as is_in_stock,
    (extract(epoch from p.created_at) * 1000000)::bigint as created_us,
    l.loaded_at is null as is_dated,
    p.variant_group_id
from raw.products as p
left join loads as l on p.created_at = l.loaded_at
order by p.product_id collate "C";
