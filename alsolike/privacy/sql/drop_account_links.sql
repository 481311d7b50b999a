-- Delete links of accounts that were never used and have expired, and so open nothing anyway.
-- A row: one link.
delete from ops.account_links as l
where l.expires_at < now()
