-- Keep a session from ending before the transaction does.
-- session_hash: SHA-256 of its id.
-- A row where it is not over.
select s.session_hash
from ops.sessions as s
where s.session_hash = %(session_hash)s and s.expires_at > now()
for key share
