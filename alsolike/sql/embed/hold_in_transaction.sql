-- Wait for a named piece of work to be free and take it until the transaction ends.
-- name: text.
select pg_advisory_xact_lock(hashtextextended(%(name)s, 0))
