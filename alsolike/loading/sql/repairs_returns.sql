-- Fields of the staged returns that cannot be used as they are, and what replaces them.
-- A row: one field of one line; value: what replaces it; null empties it.
select
    s.line,
    'quantity' as field,
    null::text as value,
    'taken as all of them: expected a whole number' as reason
from staged as s
where
    not case
        when s.quantity is null then true
        when s.quantity !~ '^[+-]?[0-9]{1,10}([.]0*)?$' then false
        else s.quantity::numeric <= 2147483647
    end
