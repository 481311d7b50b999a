-- The table of the revision where installations of before had it, in the schema public.
-- A row: whether it is there.
select count(*) > 0 as is_there
from pg_constraint as k
inner join pg_class as c on k.conrelid = c.oid
where
    c.oid = to_regclass('public.schema_revision')
    and k.conname = 'schema_revision_pkc'
    and pg_has_role(current_user, c.relowner, 'usage')
