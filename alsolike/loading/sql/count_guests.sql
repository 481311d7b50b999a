-- How many usable staged purchases are guests', with an order alone.
-- A row: the number.
select count(*)
from staged as s
where
    s.shopper_id is null
    and not exists (select from left_out as r where r.line = s.line)
