-- Drop the planner's statistics of a table; before Postgres 18, where only a superuser may.
-- table: schema and name, as an array.
delete from pg_statistic as s
using pg_class as c
where
    s.starelid = c.oid
    and array[c.relnamespace::regnamespace::text, c.relname::text] = %(table)s::text []
