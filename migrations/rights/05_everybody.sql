-- Take the functions of raw, recs and ops from everybody, whom Postgres lets execute a new one.
-- Functions of another owner, such as the shop's own, are left as they are.
do $$
declare
    found record;
begin
    for found in
        select p.oid::regprocedure as signature
        from pg_proc as p
        inner join pg_namespace as n on p.pronamespace = n.oid
        where
            n.nspname in ('raw', 'recs', 'ops')
            and p.prokind = 'f'
            and pg_has_role(current_user, p.proowner, 'usage')
        order by 1
    loop
        execute format('revoke all on function %s from public', found.signature);
    end loop;
end;
$$;
