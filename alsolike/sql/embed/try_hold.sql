-- Take a named piece of work if it is free, until the session ends or gives it back.
-- name: text. One row: whether it is ours.
select pg_try_advisory_lock(hashtextextended(%(name)s, 0)) as is_ours
