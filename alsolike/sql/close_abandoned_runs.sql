-- Close the runs whose session is gone: their process was killed, or lost the database for good.
-- A session is known by its pid and its start. Another owner's sessions show their pid alone, and
-- count as alive: such a run stays open until its pid is free.
-- No parameters. A row: the id of a run that was closed now.
update ops.runs as r
set
    finished_at = now(),
    is_success = false,
    error = 'the process ended without a word'
where
    r.finished_at is null
    and not exists (
        select
        from pg_stat_activity as a
        where
            a.pid = r.backend_pid
            and (a.backend_start is null or a.backend_start = r.backend_started_at)
    )
returning r.run_id
