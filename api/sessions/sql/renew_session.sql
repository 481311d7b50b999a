-- Let a session that has not expired last from now on.
-- session_hash: SHA-256 of its id; seconds: how long it lasts.
update ops.sessions as s
set expires_at = now() + %(seconds)s::double precision * interval '1 second'
where s.session_hash = %(session_hash)s and s.expires_at > now()
