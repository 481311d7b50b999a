-- End the sessions in which a shopper is signed in.
-- shopper_id: the shopper; but_hash: SHA-256 of the id of one that goes on, null: none does.
delete from ops.sessions as s
where s.shopper_id = %(shopper_id)s and s.session_hash is distinct from %(but_hash)s::bytea
