-- The three commonest reasons why rows of the staged file were rejected. Reasons that differ only
-- in the values and numbers that they quote count as one.
-- A row: one reason: how many rows, the first one's line, and its reason as it stands.
select n.row_count as rows, n.line, f.reason
from (
    select count(*) as row_count, min(l.line) as line
    from left_out as l
    where l.reason is not null
    group by regexp_replace(regexp_replace(l.reason, '''.*''', ''), '[0-9]+', '', 'g')
) as n
inner join left_out as f on n.line = f.line
order by n.row_count desc, n.line asc
limit 3
