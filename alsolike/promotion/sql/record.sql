-- Keep a decision on the serving model.
-- kind: promote, force, rollback or refuse; model_id, previous_id: to and from, previous may be
-- null; checks: JSON, what the gate found.
insert into recs.promotions (kind, model_id, model, previous_model_id, previous_model, checks)
select
    %(kind)s,
    m.model_id,
    m.name,
    p.model_id as previous_model_id,
    p.name as previous_model,
    %(checks)s
from recs.models as m
left join recs.models as p on p.model_id = %(previous_id)s::integer
where m.model_id = %(model_id)s;
