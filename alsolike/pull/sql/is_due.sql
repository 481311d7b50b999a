-- Whether the last pull is so long ago that the worker pulls again.
-- seconds: least time between two pulls.
-- A row: whether it is.
select
    coalesce(max(p.pulled_at) <= now() - %(seconds)s * interval '1 second', true) as is_due
from ops.pulls as p
