-- Delete old views of anonymous sessions.
-- days: how many they are kept.
-- A row: one view.
delete from raw.views as v
where v.shopper_id is null and v.viewed_at < now() - make_interval(days => %(days)s)
