-- The shoppers that usable rows of the staged file name and this load's file of shoppers lacks.
-- A row: how many rows, how many shoppers, and one of them.
select count(*), count(distinct s.shopper_id), shown(min(s.shopper_id))
from staged as s
where
    s.shopper_id is not null
    and not exists (select from left_out as r where r.line = s.line and r.reason is not null)
    and not exists (select from listed_shoppers as l where l.shopper_id = s.shopper_id)
