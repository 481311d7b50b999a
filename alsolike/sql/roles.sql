-- What the owner may do, and the roles of alsolike.
-- roles: names of roles.
-- A row: one role, whether it is there, whether the owner may act as it, and whether the owner may
-- make roles.
select
    w.role,
    to_regrole(w.role) is not null as is_there,
    to_regrole(w.role) is not null
    and pg_has_role(current_user, to_regrole(w.role)::oid, 'set') as may_act,
    (
        select r.rolsuper or r.rolcreaterole from pg_roles as r where r.rolname = current_user
    ) as may_make
from unnest(%(roles)s::text []) as w (role)
order by w.role
