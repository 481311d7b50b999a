-- Delete old runs, but not those that say whose shop this is (ops.is_demo_shop).
-- days: how many they are kept.
-- A row: one run.
delete from ops.runs as r
where
    r.finished_at < now() - make_interval(days => %(days)s)
    and r.command not in ('demo', 'load')
