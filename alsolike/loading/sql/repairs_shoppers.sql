-- Fields of the staged shoppers that cannot be used as they are, and what replaces them.
-- A consent that cannot be read is no consent.
-- A row: one field of one line; value: what replaces it; null empties it.
select
    s.line,
    'consent' as field,
    'none'::text as value,
    'taken as none: expected personalisation or none, yes or no' as reason
from staged as s
where s.consent is not null and is_agreed(s.consent) is null
union all
select
    s.line, 'measurement', 'none', 'taken as none: expected measurement or none, yes or no'
from staged as s
where s.measurement is not null and is_agreed(s.measurement, 'measurement') is null
union all
select s.line, 'created_at', null, 'left empty: ' || time_fault(s.created_at)
from staged as s
where time_fault(s.created_at) is not null
