-- When the newest file of products was written that was loaded as a full one (--full).
-- A file cannot be newer than its load, whatever its own time said.
-- A row: the time; null: none was.
select max(least((r.counts ->> 'full_as_of')::timestamptz, r.finished_at))
from ops.runs as r
where
    r.command = 'load' and r.is_success
    -- Other loads have none, and least() would take when they ended.
    and r.counts ->> 'full_as_of' is not null
