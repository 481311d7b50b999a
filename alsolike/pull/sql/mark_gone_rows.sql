-- Note when the rows that are gone were missed. view: what they are.
-- A row: one row's id.
update ops.pulled_rows as k
set gone_at = now()
from gone_rows as g
where k.view = %(view)s and k.row_id = g.row_id
