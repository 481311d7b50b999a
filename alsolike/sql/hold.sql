-- Wait for a named piece of work to be free and take it until the transaction ends.
-- name: text, of a row that is there.
select l.name from ops.locks as l where l.name = %(name)s for update
