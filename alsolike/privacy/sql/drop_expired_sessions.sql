-- Delete sessions that have expired, and so are refused anyway.
-- A row: one session.
delete from ops.sessions as s
where s.expires_at < now()
