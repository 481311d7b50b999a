-- Stop an experiment.
-- name: which; because: why.
-- A row if it ran.
update recs.experiments as e
set stopped_at = now(), stopped_because = %(because)s
where e.name = %(name)s and e.stopped_at is null
returning e.name
