-- End a session in which a shopper is signed in who is no more.
-- session_hash: SHA-256 of its id.
delete from ops.sessions as s
where
    s.session_hash = %(session_hash)s
    and s.shopper_id is not null
    and not exists (select 1 from raw.shoppers as k where k.shopper_id = s.shopper_id)
