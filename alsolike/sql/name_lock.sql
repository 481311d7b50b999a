-- Make the row that stands for a named piece of work, unless it is there.
-- name: text.
insert into ops.locks (name) values (%(name)s) on conflict (name) do nothing
