-- How many sessions the staged views name that have no shopper.
-- A row: the number.
select count(distinct s.session_id)
from staged as s
where s.shopper_id is null and s.problem is null
