-- Reject the staged products whose id an earlier line of the file has, with other content.
-- A row: one line of the file.
insert into left_out (line, place, reason)
with repeated as (
    select u.product_id, min(u.line) as line
    from usable as u
    group by u.product_id
    having count(*) > 1
)

select
    u.line,
    u.place,
    'product_id is ''' || shown(u.product_id) || ''', which line ' || f.line
    || ' has with other content: expected one line for a product'
from usable as u
inner join repeated as f on u.product_id = f.product_id
inner join usable as o on f.line = o.line
where
    u.line > f.line
    and (
        u.title, u.description, u.category, u.brand, u.price, u.currency, u.image_url,
        u.attributes, u.in_stock, u.created_at
    ) is distinct from (
        o.title, o.description, o.category, o.brand, o.price, o.currency, o.image_url,
        o.attributes, o.in_stock, o.created_at
    )
