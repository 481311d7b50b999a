-- Remove the jobs of an encoder that wait.
-- queues: names of its queues.
delete from ops.procrastinate_jobs as j
where j.queue_name = any(%(queues)s) and j.status = 'todo'
