-- A session that has not expired.
-- session_hash: SHA-256 of its id.
-- A row: what it holds as JSON text, and the seconds until it expires; none for an unknown one.
select
    s.data::text as data,
    extract(epoch from s.expires_at - now())::double precision as seconds_left
from ops.sessions as s
where s.session_hash = %(session_hash)s and s.expires_at > now()
