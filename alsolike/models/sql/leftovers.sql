-- Models of evaluations that were killed before they could drop them. A running evaluation holds an
-- advisory lock on its model's number.
-- A row: the id of a model of an evaluation that nobody holds.
select m.model_id
from recs.models as m
where
    m.purpose = 'evaluate'
    and not exists (
        select
        from pg_locks as l
        where
            l.locktype = 'advisory'
            and l.classid = 'recs.models'::regclass::oid
            and l.objid = m.model_id::oid
            and l.database = (
                select d.oid from pg_database as d where d.datname = current_database()
            )
    )
