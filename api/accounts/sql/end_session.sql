-- End a session in which a shopper is signed in; nothing happens to somebody else's.
-- shopper_id: the shopper; session_hash: SHA-256 of the session's id.
delete from ops.sessions as s
where s.session_hash = %(session_hash)s and s.shopper_id = %(shopper_id)s
