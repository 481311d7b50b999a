-- Tables from which erasures of the last day deleted rows.
-- A row: a table that is there, as schema.name.
select distinct t.name
from ops.erasures as e
cross join lateral jsonb_object_keys(e.counts) as t (name)
where e.erased_at > now() - interval '1 day' and to_regclass(t.name) is not null
order by t.name
