-- The rows of the source that are new or differ from what was stored.
-- found: the table of rows that the source has; view: what they are; most: how many at most.
-- A row: one id as the source has it, null for a row without one.
select distinct f.source_id
from {found} as f
left join ops.pulled_rows as k
    on k.view = %(view)s and f.row_id = k.row_id and f.hash = k.hash and k.gone_at is null
where k.row_id is null
order by f.source_id
limit %(most)s
