-- The rows of a mapping view that could not be used, which the next pull tries again.
-- source: name of the view; row_id: column of its id; most: how many, the latest first.
-- A row: one row's id.
select r.ids ->> %(row_id)s as row_id
from raw.rejected_rows as r
where r.source = %(source)s and r.ids ? %(row_id)s
order by r.rejected_row_id desc
limit %(most)s
