-- Forget the rows that are gone. view: what they are.
-- A row: one row's id.
delete from ops.pulled_rows as k
using gone_rows as g
where k.view = %(view)s and k.row_id = g.row_id
