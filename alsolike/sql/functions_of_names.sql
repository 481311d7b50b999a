-- The functions of some names in the schema recs.
-- names: of functions; type: those with a parameter of this type alone; null: all.
-- A row: the function with its parameters, as `drop routine` takes it.
select p.oid::regprocedure::text as signature
from pg_proc as p
where
    p.pronamespace = to_regnamespace('recs')
    and p.proname = any(%(names)s)
    and (%(type)s::text is null or to_regtype(%(type)s) = any(p.proargtypes::oid []))
order by 1
