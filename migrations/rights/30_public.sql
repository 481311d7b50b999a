-- Take from everybody what fills the disk or holds others up: temporary tables, large objects,
-- advisory locks, and tables in the schema public. A role cannot be refused what everybody has, so
-- this is done where nobody but alsolike uses the database: no other role owns anything in it or
-- was granted anything. Elsewhere it would take something from the shop's own programs, and is
-- theirs to decide: docs/operations.md has the statements. What the owner may not take stays.
do $$
declare
    here constant oid := (select d.oid from pg_database as d where d.datname = current_database());
    function_name regprocedure;
begin
    if exists (
        select
        from pg_shdepend as d
        inner join pg_roles as r on d.refobjid = r.oid
        where
            d.refclassid = 'pg_authid'::regclass
            and (d.dbid = here or (d.classid = 'pg_database'::regclass and d.objid = here))
            and r.rolname not in (current_user, 'alsolike_app', 'alsolike_analyst')
            and not r.rolsuper
    ) then
        return;
    end if;

    if pg_has_role(
        current_user, (select d.datdba from pg_database as d where d.oid = here), 'usage'
    ) then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
    if pg_has_role(
        current_user,
        (select n.nspowner from pg_namespace as n where n.nspname = 'public'),
        'usage'
    ) then
        revoke create on schema public from public;
    end if;
    if (select r.rolsuper from pg_roles as r where r.rolname = current_user) then
        for function_name in
            select p.oid::regprocedure
            from pg_proc as p
            where
                p.pronamespace = 'pg_catalog'::regnamespace
                and (
                    p.proname in (
                        'lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lo_open', 'lowrite',
                        'lo_truncate', 'lo_truncate64'
                    )
                    or p.proname ^@ 'pg_advisory_'
                    or p.proname ^@ 'pg_try_advisory_'
                )
        loop
            execute format('revoke execute on function %s from public', function_name);
        end loop;
    end if;
end;
$$;
