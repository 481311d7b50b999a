-- The tables of ours whose rows are about a person: those with a column shopper_id, session_id or
-- visitor_id. A new table is found as well; one of the shop's own is theirs.
-- A row: the table; label: its schema and name; columns: which of the three it has; is_computed:
-- whether dbt makes it of others.
create or replace function ops.shopper_tables()
returns table (name regclass, label text, columns text [], is_computed boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.oid::regclass,
        n.nspname || '.' || c.relname,
        array_agg(a.attname::text order by a.attname),
        s.is_computed
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    inner join pg_attribute as a on c.oid = a.attrelid
    -- Our schemas, whatever they are called; the marts may not be built yet.
    inner join (
        select
            k.relnamespace,
            not bool_or(
                k.oid in (
                    to_regclass('raw.shoppers'), to_regclass('recs.models'),
                    to_regclass('ops.runs')
                )
            ) as is_computed
        from pg_class as k
        where
            k.oid in (
                to_regclass('raw.shoppers'), to_regclass('recs.models'), to_regclass('ops.runs'),
                to_regclass('marts.shopper_events'), to_regclass('staging.int_events')
            )
        group by k.relnamespace
    ) as s on c.relnamespace = s.relnamespace
    where
        c.relkind in ('r', 'p')
        and not c.relispartition
        and not a.attisdropped
        and a.attname in ('shopper_id', 'session_id', 'visitor_id')
        and c.relowner = (
            select k.relowner from pg_class as k where k.oid = to_regclass('raw.shoppers')
        )
    group by c.oid, n.nspname, c.relname, s.is_computed
$$;
