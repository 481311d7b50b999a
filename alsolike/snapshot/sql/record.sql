-- Record a snapshot that was exported whole.
-- snapshot_id, location (its address), row_count, created_at, read_order: of the snapshot;
-- model_id: its model; manifest: as it was written, JSON.
insert into ops.snapshots (
    snapshot_id, model_id, location, row_count, manifest, created_at, read_order
)
values (
    %(snapshot_id)s, %(model_id)s, %(location)s, %(row_count)s, %(manifest)s, %(created_at)s,
    %(read_order)s
)
