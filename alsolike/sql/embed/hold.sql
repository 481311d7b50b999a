-- Wait for a named piece of work to be free and take it, until the session ends or gives it back.
-- name: text.
select pg_advisory_lock(hashtextextended(%(name)s, 0))
