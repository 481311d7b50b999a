-- Remove the batches that wait, since what is stale is queued anew by the hashes; and the jobs that
-- are marked as running though their worker has given no sign of life for a minute. procrastinate's
-- workers give one every ten seconds.
-- batch_queue: name of the batches' queue; task: name of a batch's task; queues: names of the
-- encoder's queues.
delete from ops.procrastinate_jobs as j
where
    (j.queue_name = %(batch_queue)s and j.task_name = %(task)s and j.status = 'todo')
    or (
        j.queue_name = any(%(queues)s)
        and j.status = 'doing'
        and not exists (
            select from ops.procrastinate_workers as w
            where w.id = j.worker_id and w.last_heartbeat > now() - interval '1 minute'
        )
    )
