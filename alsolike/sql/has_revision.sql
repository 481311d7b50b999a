-- Whether there is the table of the revision. Works where the schema is somebody else's, too.
-- A row: one boolean.
select count(*) > 0 as is_there
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = 'ops' and c.relname = 'schema_revision'
