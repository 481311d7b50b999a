-- Fields of the staged purchases that cannot be used as they are, and what replaces them.
-- One pass over the rows, of which almost all are in order.
-- A row: one field of one line; value: what replaces it; null empties it.
select f.line, r.field, r.value, r.reason
from (
    select
        s.line,
        s.quantity,
        not is_price(s.unit_price, null) as has_bad_price,
        case
            when s.quantity is null then null
            -- Most quantities; the test of the rest costs more.
            when length(s.quantity) <= 2 and pg_input_is_valid(s.quantity, 'integer') then null
            when s.quantity !~ '^[+-]?[0-9]{1,10}([.][0-9]{0,20})?$' then 'no number'
            when s.quantity::numeric > 2147483647 then 'no number'
            -- What is sold by weight or length.
            when s.quantity::numeric > 0 and s.quantity ~ '[.]0*[1-9]' then 'fraction'
        end as quantity_fault,
        is_nobody(s.shopper_id) as is_guest,
        s.status is not null and is_taken_back(s.status) is null as has_bad_status
    from staged as s
) as f
inner join lateral (
    select
        'unit_price' as field,
        null::text as value,
        'left empty: expected a number like 1299.50, with at most two decimals' as reason
    where f.has_bad_price
    union all
    select 'quantity', null, 'taken as 1: expected a whole number'
    where f.quantity_fault = 'no number'
    union all
    select 'quantity', ceil(f.quantity::numeric)::text, 'rounded up: expected a whole number'
    where f.quantity_fault = 'fraction'
    union all
    select 'shopper_id', null, 'taken as no shopper: such a word stands for guests'
    where f.is_guest
    union all
    select
        'status',
        null,
        'left empty: expected a word like paid, completed, refunded or cancelled'
    where f.has_bad_status
) as r on true
where f.has_bad_price or f.quantity_fault is not null or f.is_guest or f.has_bad_status
