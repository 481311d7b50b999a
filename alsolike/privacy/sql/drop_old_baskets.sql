-- Delete baskets of visitors without an account that nobody changed for so many days.
-- days: how many.
-- A row: one basket.
delete from raw.baskets as b
where b.shopper_id is null and b.changed_at < now() - make_interval(days => %(days)s)
