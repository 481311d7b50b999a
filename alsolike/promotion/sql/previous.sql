-- What served before the serving model was promoted.
-- A row: id and name of the serving model, and of the one before, which are null where it is gone
-- or where nothing served before; no row: nothing was ever promoted.
select
    s.model_id,
    n.name,
    b.model_id as previous_id,
    b.name as previous_name
from recs.serving_model as s
inner join recs.models as n on s.model_id = n.model_id
inner join lateral (
    select p.previous_model_id
    from recs.promotions as p
    where p.model_id = s.model_id and p.kind in ('promote', 'force')
    order by p.promotion_id desc
    limit 1
) as d on true
left join recs.models as b on d.previous_model_id = b.model_id;
