-- Delete who was given which arm of experiments that ended long ago.
-- days: how many they are kept after the end.
-- A row: an exposure.
delete from recs.exposures as x
using recs.experiments as e
where x.experiment = e.name and e.stopped_at < now() - make_interval(days => %(days)s)
