-- Forget what an earlier load rejected of a file: what it rejects now takes its place.
-- source: name of the file.
-- A row: one line of the file.
delete from raw.rejected_rows as r
where r.source = %(source)s
