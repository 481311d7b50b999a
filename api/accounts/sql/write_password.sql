-- Give an account another password, unless it got another one since it was read.
-- shopper_id: whose account; old_hash: the hash that was read; new_hash: of the new password.
update ops.accounts as a
set password_hash = %(new_hash)s
where a.shopper_id = %(shopper_id)s and a.password_hash = %(old_hash)s
