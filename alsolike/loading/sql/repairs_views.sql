-- Fields of the staged views that cannot be used as they are, and what replaces them.
-- A row: one field of one line; value: what replaces it; null empties it.
select
    s.line,
    'shopper_id' as field,
    null::text as value,
    'taken as no shopper: such a word stands for guests' as reason
from staged as s
where is_nobody(s.shopper_id)
