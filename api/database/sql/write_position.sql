-- Where in the write-ahead log this server has written to; run after a write committed.
-- A row: the position.
select pg_current_wal_lsn()::text as position
