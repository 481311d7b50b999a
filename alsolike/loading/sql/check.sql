-- Note the staged rows that cannot be used, with the first reason that applies.
-- rows: `staged as s`, for events with their products; fault: what is wrong with such a row.
-- A row: one line of the file.
create temporary table left_out on commit drop as
select c.line, c.place, c.reason
from (
    select s.line, s.ctid as place, {fault} as reason
    from {rows}
) as c
where c.reason is not null
