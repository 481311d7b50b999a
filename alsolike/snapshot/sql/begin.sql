-- Begin to read a snapshot: its place in the order of reading, and the moment by the database's
-- clock. The first statement of the transaction that reads the rows. No parameters.
-- One row: read_order and read_at.
select
    nextval(pg_get_serial_sequence('ops.snapshots', 'read_order')) as read_order,
    statement_timestamp() as read_at
