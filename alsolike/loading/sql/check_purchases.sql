-- Note the staged purchases that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table left_out on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.purchase_id is null then 'purchase_id is missing'
            when s.shopper_id is null and s.order_id is null
                then 'shopper_id and order_id are missing: expected one of them'
            when s.product_id is null then 'product_id is missing'
            when s.purchased_at is null then 'purchased_at is missing'
            when octet_length(s.purchase_id) > 500
                then too_long('purchase_id', s.purchase_id, 500)
            when octet_length(s.shopper_id) > 500 then too_long('shopper_id', s.shopper_id, 500)
            when octet_length(s.order_id) > 500 then too_long('order_id', s.order_id, 500)
            when time_fault(s.purchased_at) is not null
                then fault('purchased_at', s.purchased_at, time_fault(s.purchased_at))
            when s.quantity::numeric < 1
                then fault('quantity', s.quantity, 'expected a whole number from 1')
            when p.product_id is null
                then fault('product_id', s.product_id, 'expected a product that is loaded')
        end as reason
    from staged as s
    left join raw.products as p on s.product_id = p.product_id
) as c
where c.reason is not null
