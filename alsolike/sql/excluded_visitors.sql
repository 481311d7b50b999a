-- Who the marts leave out because they did more on one day than any person does.
-- A row: one reason, its limit, and how many visitors and events it is about. Columns stand in the
-- order of Excluded.
select
    c.reason,
    c.daily_limit,
    c.visitors,
    c.events
from marts.excluded_visitor_counts as c
order by c.reason
