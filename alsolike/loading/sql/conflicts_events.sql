-- Reject the staged events whose id belongs to another event, of this file or an earlier load.
-- Runs after the insert, so that every usable row finds its id in raw.
-- events: their table; row_id: its column, name: what that is called; expected: what was expected;
-- stored, staged: there and here, the values of the columns that must be the same.
-- A row: one line of the file.
insert into left_out (line, place, reason)
select
    s.line,
    s.place,
    {name} || ' is ''' || shown(s.{row_id}) || ''', which is there with other content: '
    || {expected}
from usable as s
inner join raw.{events} as k on s.{row_id} = k.{row_id}
where ({stored}) is distinct from ({staged})
