-- The names that are taken.
-- A row: the name of a model.
select m.name
from recs.models as m;
