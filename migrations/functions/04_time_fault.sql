-- What is wrong with a time; null if nothing is, or the value is missing.
-- value: text of a file. A time before 1990 or after tomorrow is taken for a mistake.
create or replace function raw.time_fault(value text) returns text
language sql
stable
parallel safe
return case
    when value is null then null
    when value not like '____-__-__%' or not pg_input_is_valid(value, 'timestamptz')
        then 'expected a time like 2026-01-31T12:00:00Z'
    when
        value::timestamptz < '1990-01-01'
        or value::timestamptz > now() + interval '1 day'
        then 'expected a time from 1990 until tomorrow'
end;
