-- Empty the texts of old runs that stay: those that say whose shop this is (ops.is_demo_shop).
-- days: how many they are kept.
-- A row: one run.
update ops.runs as r
set arguments = '{}', counts = '{}', error = null
where
    r.finished_at < now() - make_interval(days => %(days)s)
    and r.command in ('demo', 'load')
    and (r.arguments, r.counts, r.error) is distinct from ('{}'::jsonb, '{}'::jsonb, null)
