-- Fields of the staged purchases that cannot be used as they are, and what stands there instead.
-- A row: one field of one line; value: what replaces it, null for nothing.
create temporary table repairs on commit drop as
select
    s.line,
    'unit_price' as field,
    null::text as value,
    'left empty: expected a number like 1299.50, with at most two decimals' as reason
from staged as s
where not is_price(s.unit_price, null)
union all
select s.line, 'quantity', null, 'taken as 1: expected a whole number'
from staged as s
where
    not case
        when s.quantity is null then true
        -- Most quantities; the test of the rest costs more.
        when length(s.quantity) <= 2 and pg_input_is_valid(s.quantity, 'integer') then true
        when s.quantity !~ '^[+-]?[0-9]{1,10}([.]0*)?$' then false
        else s.quantity::numeric <= 2147483647
    end
union all
select s.line, 'shopper_id', null, 'taken as no shopper: such a word stands for guests'
from staged as s
where is_nobody(s.shopper_id)
