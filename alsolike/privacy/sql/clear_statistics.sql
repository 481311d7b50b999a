-- Drop the planner's statistics of a table; Postgres 18 and later.
-- table: schema and name, as an array.
-- A row: a column that had statistics.
select
    pg_clear_attribute_stats(
        s.schemaname::text, s.tablename::text, s.attname::text, s.inherited
    ) as is_cleared
from pg_stats as s
where array[s.schemaname::text, s.tablename::text] = %(table)s::text []
