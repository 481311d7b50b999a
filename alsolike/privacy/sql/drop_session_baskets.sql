-- Delete what anonymous sessions put into baskets long ago.
-- days: how many they are kept.
-- A row: one product put into a basket.
delete from raw.basket_additions as b
where b.shopper_id is null and b.added_at < now() - make_interval(days => %(days)s)
