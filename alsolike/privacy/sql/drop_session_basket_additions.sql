-- Delete old basket additions of anonymous sessions.
-- days: how many they are kept.
-- A row: one addition.
delete from raw.basket_additions as b
where b.shopper_id is null and b.added_at < now() - make_interval(days => %(days)s)
