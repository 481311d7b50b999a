-- Which of some roles may not use a schema.
-- schema: name; roles: names of roles that are there.
-- A row: the role.
select w.role
from unnest(%(roles)s::text []) as w (role)
where not has_schema_privilege(w.role, %(schema)s, 'usage')
order by w.role
