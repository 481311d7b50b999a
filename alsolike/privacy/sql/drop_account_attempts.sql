-- Delete counts of attempts that say nothing any more.
-- A row: one count.
delete from ops.account_attempts as t
where t.free_at < now()
