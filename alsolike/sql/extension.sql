-- The extension pgvector of the database.
-- No parameters. A row, none if the database does not have it: its version, its schema, and whether
-- the user may use that schema, and let others use it.
select
    e.extversion as version,
    n.nspname as schema,
    has_schema_privilege(n.oid, 'usage') as may_use,
    has_schema_privilege(n.oid, 'usage with grant option') as may_grant
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'vector'
