-- Whether this server shows what was written before a position of the write-ahead log.
-- position: as of write_position.
-- A row: one boolean; a primary always does.
select
    not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= %(position)s::pg_lsn as has_replayed
