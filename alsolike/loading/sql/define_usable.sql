-- The staged rows that are not left out, each with its place for `left_out`.
-- A row: one line of the file.
create temporary view usable as
select s.*, s.ctid as place
from staged as s
where not exists (select from left_out as r where r.line = s.line)
