-- The rows that were pulled and that the source no longer has.
-- found: the table of rows that the source has; view: what they are.
-- A row: one row's id.
create temporary table gone_rows on commit drop as
select k.row_id
from ops.pulled_rows as k
where
    k.view = %(view)s
    and k.gone_at is null
    and not exists (select from {found} as f where f.row_id = k.row_id)
