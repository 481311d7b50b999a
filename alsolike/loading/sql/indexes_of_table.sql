-- The indexes of a raw table, to build them anew after its first load.
-- table: name of the table.
-- A row: one index: its name, its definition, and its constraint's name and definition or null.
select c.relname, pg_get_indexdef(i.indexrelid), k.conname, pg_get_constraintdef(k.oid)
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
left join pg_constraint as k on i.indexrelid = k.conindid and k.contype in ('p', 'u')
where i.indrelid = format('raw.%%I', %(table)s::text)::regclass
order by c.relname
