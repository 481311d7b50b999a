-- What became of the staged views for their consent.
-- A row: views of shoppers that were left out, views of sessions that were, and that were not.
select
    count(*) filter (where l.line is not null and s.shopper_id is not null) as of_shoppers,
    count(*) filter (where l.line is not null and s.shopper_id is null) as of_sessions,
    count(*) filter (where l.line is null) as kept_of_sessions
from staged as s
left join left_out as l on s.line = l.line
where l.reason is null and (l.line is not null or s.shopper_id is null)
