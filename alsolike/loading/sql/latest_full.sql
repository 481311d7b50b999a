-- When the newest file of products was written that was loaded as a full one (--full).
-- A row: the time; null: none was.
select max((r.counts ->> 'full_as_of')::timestamptz)
from ops.runs as r
where r.command = 'load' and r.is_success
