-- The functions of some names in the schemas raw, recs and ops.
-- names: of functions, in the order that is wanted.
-- A row: the function with its parameters, as `drop routine` takes it.
select p.oid::regprocedure::text as signature
from pg_proc as p
where
    p.pronamespace in (to_regnamespace('raw'), to_regnamespace('recs'), to_regnamespace('ops'))
    and p.proname = any(%(names)s)
order by array_position(%(names)s, p.proname::text)
