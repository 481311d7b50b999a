-- The latest run of the demo. No parameters.
-- At most one row: its arguments (sizes and seed) and whether any run of it got to the end.
select
    r.arguments,
    coalesce(bool_or(r.is_success) over (), false) as is_prepared
from ops.runs as r
where r.command = 'demo'
order by r.run_id desc
limit 1
