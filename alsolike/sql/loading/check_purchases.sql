-- Note the staged purchases that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table rejected on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.purchase_id is null then 'purchase_id is missing'
            when s.shopper_id is null then 'shopper_id is missing'
            when s.product_id is null then 'product_id is missing'
            when s.purchased_at is null then 'purchased_at is missing'
            when octet_length(s.purchase_id) > 500
                then 'purchase_id is ' || octet_length(s.purchase_id) || ' bytes: at most 500'
            when octet_length(s.shopper_id) > 500
                then 'shopper_id is ' || octet_length(s.shopper_id) || ' bytes: at most 500'
            when octet_length(s.order_id) > 500
                then 'order_id is ' || octet_length(s.order_id) || ' bytes: at most 500'
            when
                s.purchased_at not like '____-__-__%'
                or not pg_input_is_valid(s.purchased_at, 'timestamptz')
                then
                    'purchased_at is ''' || left(s.purchased_at, 100)
                    || ''': expected a time like 2026-01-31T12:00:00Z'
            when
                not case
                    when s.quantity is null then true
                    when pg_input_is_valid(s.quantity, 'integer')
                        then s.quantity::integer between 1 and 2147483647
                    when not pg_input_is_valid(s.quantity, 'numeric') then false
                    else
                        s.quantity::numeric between 1 and 2147483647
                        and s.quantity::numeric = trunc(s.quantity::numeric)
                end
                then
                    'quantity is ''' || left(s.quantity, 100)
                    || ''': expected a whole number from 1'
            when
                not case
                    when s.unit_price is null then true
                    when not pg_input_is_valid(s.unit_price, 'numeric(12, 2)') then false
                    -- Without these letters it is neither negative nor NaN; most prices are so.
                    when translate(s.unit_price, '-nN', '') = s.unit_price then true
                    else sign(s.unit_price::numeric) in (0, 1)
                end
                then
                    'unit_price is ''' || left(s.unit_price, 100)
                    || ''': expected a number from 0 to 9999999999.99'
            when p.product_id is null
                then
                    'product_id is ''' || left(s.product_id, 100)
                    || ''': expected a product that is loaded'
        end as reason
    from staged as s
    left join raw.products as p on s.product_id = p.product_id
) as c
where c.reason is not null
