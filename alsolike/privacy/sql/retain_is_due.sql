-- Whether no retention ended well within the last 20 hours, and it is night (UTC).
-- A row: yes or no; a shop whose worker does not run at night is served when two days have passed.
select
    coalesce(max(r.finished_at) < now() - interval '20 hours', true)
    and (
        extract(hour from now() at time zone 'UTC') between 1 and 5
        or coalesce(max(r.finished_at) < now() - interval '2 days', true)
    ) as is_due
from ops.runs as r
where
    r.is_success
    and (r.command = 'retain' or (r.command = 'worker' and r.arguments ->> 'task' = 'retain'))
    and r.arguments -> 'dry_run' is distinct from 'true'
