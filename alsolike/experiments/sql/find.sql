-- Experiments as they were planned, the newest first.
-- name: which; null: all.
-- A row: an experiment.
select
    e.name,
    e.hypothesis,
    e.layer,
    e.layer_from,
    e.layer_to,
    e.arms,
    e.places,
    e.metric,
    e.planned_shoppers,
    e.window_days,
    e.started_at,
    e.stopped_at,
    e.stopped_because
from recs.experiments as e
where %(name)s::text is null or e.name = %(name)s::text
order by e.started_at desc, e.name asc
