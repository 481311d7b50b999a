-- The running experiments, the oldest first.
-- A row: an experiment; arms: as recs.experiments has them.
select
    e.name,
    e.layer,
    e.layer_from,
    e.layer_to,
    e.salt,
    e.arms,
    e.places
from recs.experiments as e
where e.stopped_at is null
order by e.started_at, e.name
