-- Note that a command begins. command: its name; arguments: a JSON object.
-- A row: the run's id.
insert into ops.runs (command, arguments)
values (%(command)s, %(arguments)s)
returning run_id
