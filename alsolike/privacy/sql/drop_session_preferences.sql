-- Delete what anonymous sessions wanted more or less like.
-- days: how many it is kept.
-- A row: one wish.
delete from recs.preferences as p
where p.shopper_id is null and p.stated_at < now() - make_interval(days => %(days)s)
