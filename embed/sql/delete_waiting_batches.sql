-- Remove the batches that wait in the queue: what is stale is queued anew, by the hashes.
-- queue, task: names.
delete from ops.procrastinate_jobs as j
where j.queue_name = %(queue)s and j.task_name = %(task)s and j.status = 'todo'
