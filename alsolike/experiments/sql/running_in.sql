-- The running experiments that share a layer or a list with a new one.
-- layer: its layer; places: its lists.
-- A row: an experiment; layer, layer_from, layer_to: its part; arms and places as it has them.
select
    e.name,
    e.layer,
    e.layer_from,
    e.layer_to,
    e.salt,
    e.arms,
    e.places
from recs.experiments as e
where e.stopped_at is null and (e.layer = %(layer)s or e.places && %(places)s::text [])
order by e.layer_from
