-- Whether the snapshot that `latest` names was read after another one. An export that lost the
-- database at its very end is not in the table: then the ids are compared, which sort by time.
-- current_id: the snapshot that `latest` names; snapshot_id, read_order: the other one.
-- One row.
select coalesce(s.read_order > %(read_order)s, p.current_id > p.snapshot_id) as is_newer
from (
    select
        %(current_id)s::text collate "C" as current_id,
        %(snapshot_id)s::text collate "C" as snapshot_id
) as p
left join ops.snapshots as s on p.current_id = s.snapshot_id
