-- What the source has of a mapping view.
-- found: the table.
-- A row: one row of the view: its id there, its id as it is stored, and a hash of its content.
create temporary table {found} (
    source_id text,
    row_id text generated always as (btrim(source_id, e' \t\r\n')) stored,
    hash bigint
)
