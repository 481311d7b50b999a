-- Reject the staged products or shoppers whose id an earlier line of the file has, with other
-- content.
-- row_id: the column of the id, name: what that is called; expected: what the file should have;
-- here, there: all columns of the line and of the earlier one.
-- A row: one line of the file.
insert into left_out (line, place, reason)
with repeated as (
    select u.{row_id} as id, min(u.line) as line
    from usable as u
    group by u.{row_id}
    having count(*) > 1
)

select
    u.line,
    u.place,
    {name} || ' is ''' || shown(u.{row_id}) || ''', which line ' || f.line
    || ' has with other content: expected ' || {expected}
from usable as u
inner join repeated as f on u.{row_id} = f.id
inner join usable as o on f.line = o.line
where u.line > f.line and ({here}) is distinct from ({there})
