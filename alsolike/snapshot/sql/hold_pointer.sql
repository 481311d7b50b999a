-- Keep every other export from moving the pointer, until the transaction ends. Who may only read
-- the table can neither take nor delay this lock. No parameters.
lock table ops.snapshots in share row exclusive mode
