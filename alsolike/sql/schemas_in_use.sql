-- Schemas of some names that somebody else made: another owner's, or with something in them and
-- without a description of ours.
-- schemas: names; descriptions: those that alsolike gives its schemas.
-- A row: the schema, and why it cannot be used.
select
    n.nspname as schema,
    case
        when not pg_has_role(current_user, n.nspowner, 'usage')
            then format('belongs to %%s', pg_get_userbyid(n.nspowner))
        else format('has %%s', found.name)
    end as reason
from pg_namespace as n
left join lateral (
    select o.name
    from (
        select c.relname as name
        from pg_class as c
        where c.relnamespace = n.oid
        union all
        select f.proname
        from pg_proc as f
        where f.pronamespace = n.oid
        union all
        select t.typname
        from pg_type as t
        -- Not the row types of tables, nor the types of arrays.
        where t.typnamespace = n.oid and t.typrelid = 0 and t.typelem = 0
    ) as o
    order by o.name
    limit 1
) as found on true
where
    n.nspname = any(%(schemas)s)
    and (
        not pg_has_role(current_user, n.nspowner, 'usage')
        or (
            found.name is not null
            and not coalesce(
                obj_description(n.oid, 'pg_namespace') = any(%(descriptions)s), false
            )
        )
    )
order by n.nspname
