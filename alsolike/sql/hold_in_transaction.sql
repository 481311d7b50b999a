-- Wait for a named piece of work to be free and take it until the transaction ends, in one
-- statement: of names that nobody tries to take without waiting.
-- name: text.
insert into ops.locks (name) values (%(name)s) on conflict (name) do update set name = excluded.name
