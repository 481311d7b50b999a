-- Note that a command begins, and which database session it holds as long as it lives.
-- command: its name; arguments: a JSON object.
-- A row: the run's id.
insert into ops.runs (command, arguments, backend_pid, backend_started_at)
select
    %(command)s,
    %(arguments)s,
    a.pid,
    a.backend_start
from pg_stat_activity as a
where a.pid = pg_backend_pid()
returning run_id
