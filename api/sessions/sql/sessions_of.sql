-- The sessions in which a shopper is signed in, the latest first.
-- shopper_id: the shopper.
-- A row: SHA-256 of the session's id, when it began, the seconds until it expires, and the family
-- and the system of its browser where they are known.
select
    s.session_hash,
    s.created_at,
    s.data -> 'browser' ->> 'browser' as browser,
    s.data -> 'browser' ->> 'system' as system,
    extract(epoch from s.expires_at - now())::double precision as seconds_left
from ops.sessions as s
where s.shopper_id = %(shopper_id)s and s.expires_at > now()
order by s.created_at desc, s.session_hash asc
