-- Fields of the staged purchases that cannot be used as they are, and what replaces them.
-- One pass over the rows, of which almost all are in order.
-- A row: one field of one line; value: what replaces it; null empties it.
select f.line, r.field, null::text as value, r.reason
from (
    select
        s.line,
        not is_price(s.unit_price, null) as has_bad_price,
        not case
            when s.quantity is null then true
            -- Most quantities; the test of the rest costs more.
            when length(s.quantity) <= 2 and pg_input_is_valid(s.quantity, 'integer') then true
            when s.quantity !~ '^[+-]?[0-9]{1,10}([.]0*)?$' then false
            else s.quantity::numeric <= 2147483647
        end as has_bad_quantity,
        is_nobody(s.shopper_id) as is_guest
    from staged as s
) as f
inner join lateral (
    select
        'unit_price' as field,
        'left empty: expected a number like 1299.50, with at most two decimals' as reason
    where f.has_bad_price
    union all
    select 'quantity', 'taken as 1: expected a whole number'
    where f.has_bad_quantity
    union all
    select 'shopper_id', 'taken as no shopper: such a word stands for guests'
    where f.is_guest
) as r on true
where f.has_bad_price or f.has_bad_quantity or f.is_guest
