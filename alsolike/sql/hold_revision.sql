-- Let no other migration begin until the transaction ends. The mode shuts out itself, and neither
-- reads nor writes of rows.
lock table ops.schema_revision in share update exclusive mode
