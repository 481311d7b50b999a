-- How many rows of a mapping view were stored and not looked at now.
-- found: the table of rows that were looked at; view: what they are.
-- A row: their number.
select count(*)
from ops.pulled_rows as k
where
    k.view = %(view)s
    and k.gone_at is null
    and not exists (select from {found} as f where f.row_id = k.row_id)
