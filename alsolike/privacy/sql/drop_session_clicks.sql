-- Delete old clicks of anonymous sessions.
-- days: how many they are kept.
-- A row: one click.
delete from raw.clicks as c
where c.shopper_id is null and c.clicked_at < now() - make_interval(days => %(days)s)
