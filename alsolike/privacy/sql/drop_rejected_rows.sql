-- Delete old rejected rows.
-- days: how many they are kept.
-- A row: one line of a file.
delete from raw.rejected_rows as r
where r.rejected_at < now() - make_interval(days => %(days)s)
