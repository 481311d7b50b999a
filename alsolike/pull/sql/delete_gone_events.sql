-- Delete the events that are gone.
-- events: their table; row_id: its column.
-- A row: one event.
delete from raw.{events} as e
using gone_rows as g
where e.{row_id} = g.row_id
