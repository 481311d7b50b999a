-- The sessions in which a shopper is signed in, the latest first.
-- shopper_id: the shopper.
-- A row: SHA-256 of the session's id, and when it began.
select
    s.session_hash,
    s.created_at
from ops.sessions as s
where s.shopper_id = %(shopper_id)s and s.expires_at > now()
order by s.created_at desc, s.session_hash asc
