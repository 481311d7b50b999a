-- Take a named piece of work if it is free, until the transaction ends.
-- name: text, of a row that is there. A row: the name; none where somebody else has it.
select l.name from ops.locks as l where l.name = %(name)s for update skip locked
