-- Keep the hash of each staged row that was stored.
-- found: the table of rows that the source has; row_id: column of the id; view: what they are.
-- A row: one row of the source.
insert into ops.pulled_rows as k (view, row_id, hash)
select %(view)s, f.row_id, min(f.hash)
from {found} as f
inner join usable as u on f.row_id = u.{row_id}
group by f.row_id
on conflict (view, row_id) do update
    set hash = excluded.hash, gone_at = null
    where k.hash <> excluded.hash or k.gone_at is not null
