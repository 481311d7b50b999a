-- The functions of some names in the schemas recs and ops.
-- names: of functions.
-- A row: the function with its parameters, as `drop routine` takes it.
select p.oid::regprocedure::text as signature
from pg_proc as p
where
    p.pronamespace in (to_regnamespace('recs'), to_regnamespace('ops'))
    and p.proname = any(%(names)s)
order by 1
