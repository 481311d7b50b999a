-- The models that can be evaluated by name.
-- A row: a name, in its order.
select m.name
from recs.models as m
where m.purpose = 'serve'
order by m.name
