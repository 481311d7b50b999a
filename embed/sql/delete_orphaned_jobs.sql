-- Remove the jobs that are still marked as running though their worker has given no sign of life
-- for a minute; procrastinate's workers give one every ten seconds.
-- queue: name.
delete from ops.procrastinate_jobs as j
where
    j.queue_name = %(queue)s
    and j.status = 'doing'
    and not exists (
        select from ops.procrastinate_workers as w
        where w.id = j.worker_id and w.last_heartbeat > now() - interval '1 minute'
    )
