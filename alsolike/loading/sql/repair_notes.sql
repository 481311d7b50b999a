-- What was wrong with fields of the staged rows; runs before they are repaired.
-- A row: one field and reason: how many rows have it, the first one's line and what it holds.
select n.field, n.reason, n.row_count, n.line, shown(to_jsonb(s) ->> n.field)
from (
    select r.field, r.reason, count(*) as row_count, min(r.line) as line
    from repairs as r
    group by r.field, r.reason
) as n
inner join staged as s on n.line = s.line
order by n.row_count desc, n.line asc, n.field asc
