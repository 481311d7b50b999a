-- Delete tokens that have expired, and so are refused anyway. An hour is more than clocks differ.
-- A row: one token.
delete from ops.spent_tokens as s
where s.expires_at < now() - interval '1 hour'
