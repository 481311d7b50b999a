-- How to drop the indexes of a raw table before its first load and build them anew after it.
-- table: name of the table; with_keys: whether those of primary key and unique constraints too.
-- A row: one index: the statement that drops it or its constraint, and the one that makes it again.
select
    case
        when k.oid is null then format('drop index raw.%%I', c.relname)
        else format('alter table %%s drop constraint %%I', i.indrelid::regclass, k.conname)
    end as removal,
    case
        when k.oid is null then pg_get_indexdef(i.indexrelid)
        else
            format(
                'alter table %%s add constraint %%I %%s',
                i.indrelid::regclass, k.conname, pg_get_constraintdef(k.oid)
            )
    end as building
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
left join pg_constraint as k on i.indexrelid = k.conindid and k.contype in ('p', 'u')
where
    i.indrelid = format('raw.%%I', %(table)s::text)::regclass
    and (%(with_keys)s or k.oid is null)
order by c.relname
