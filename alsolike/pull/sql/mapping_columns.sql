-- The views and tables of a schema that may be pulled. Runs on the shop's database.
-- schema: name; names: of views.
-- A row: one column: its view, its name, its type as a cast writes it, that type's plain name and
-- category, whether it may be read, and what identifies the view: its database, itself and its
-- definition.
select
    c.relname as view,
    a.attname as name,
    format_type(t.base_type, -1) as type,
    t.base_type::regtype::text as type_name,
    t.category,
    has_schema_privilege(n.oid, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')
        as is_readable,
    concat_ws(
        ' ',
        (select d.oid from pg_database as d where d.datname = current_database()),
        c.oid,
        case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
    ) as identity
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid
inner join lateral (
    -- A domain is read as what it is made of.
    select
        coalesce(nullif(y.typbasetype, 0), y.oid) as base_type,
        y.typcategory::text as category
    from pg_type as y
    where y.oid = a.atttypid
) as t on true
where
    n.nspname = %(schema)s
    and c.relname = any(%(names)s)
    and c.relkind in ('r', 'v', 'm', 'f', 'p')
    and a.attnum > 0
    and not a.attisdropped
order by c.relname, a.attnum
