-- End a session.
-- session_hash: SHA-256 of its id.
delete from ops.sessions as s
where s.session_hash = %(session_hash)s
