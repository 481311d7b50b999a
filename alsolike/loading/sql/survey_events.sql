-- Note the shoppers whom the staged events name.
-- source: name of the file.
-- A row: one shopper.
insert into surveyed (source, shopper_id, is_stated)
select distinct %(source)s, s.shopper_id, false
from staged as s
where s.shopper_id is not null and s.problem is null
