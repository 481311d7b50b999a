-- Delete jobs of the queue that ended long ago.
-- days: how many they are kept.
-- A row: one job.
delete from ops.procrastinate_jobs as j
where
    j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
    and not exists (
        select from ops.procrastinate_events as e
        where e.job_id = j.id and e.at >= now() - make_interval(days => %(days)s)
    )
