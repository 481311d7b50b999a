-- What is in some schemas: tables, views and the like, functions and types.
-- schemas: names. A row: schema.name, in the order of the names.
select format('%%I.%%I', n.nspname, o.name) as name
from pg_namespace as n
inner join (
    select c.relnamespace as namespace, c.relname as name
    from pg_class as c
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    union all
    select f.pronamespace, f.proname
    from pg_proc as f
    union all
    select t.typnamespace, t.typname
    from pg_type as t
    -- Not the row types of tables, nor the types of arrays.
    where t.typrelid = 0 and t.typelem = 0
) as o on n.oid = o.namespace
where n.nspname = any(%(schemas)s)
order by 1
