-- Which of some names are relations of a schema.
-- schema: name; names: of relations; kinds: letters of pg_class.relkind.
-- A row: the relation's name.
select c.relname
from pg_class as c
where
    c.relnamespace = to_regnamespace(%(schema)s)
    and c.relname = any(%(names)s)
    and c.relkind::text = any(%(kinds)s)
order by c.relname
