-- Sessions that use tables of some schemas at this moment, other than our own.
-- schemas: the schemas.
-- A row: the session's process, its user, and since when its transaction lasts, UTC; null where the
-- owner may not see it. The oldest first.
select
    l.pid,
    a.usename,
    to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since
from (
    select distinct h.pid
    from pg_locks as h
    inner join pg_class as c on h.relation = c.oid
    where
        h.granted
        and h.database = (select d.oid from pg_database as d where d.datname = current_database())
        and h.pid <> pg_backend_pid()
        and c.relnamespace::regnamespace::text = any(%(schemas)s)
) as l
left join pg_stat_activity as a on l.pid = a.pid
order by a.xact_start, l.pid
