-- Give an account the password that its owner chose, unless it got another one since it was read.
-- The links by which it would get yet another one are over with it.
-- shopper_id: whose account; old_hash: the hash that was read; new_hash: of the new password.
with spent as (
    delete from ops.account_links as l
    using ops.accounts as a
    where
        a.shopper_id = %(shopper_id)s
        and a.password_hash = %(old_hash)s
        and l.purpose = 'reset'
        and (l.shopper_id = a.shopper_id or l.email = a.email)
)

update ops.accounts as a
set password_hash = %(new_hash)s
where a.shopper_id = %(shopper_id)s and a.password_hash = %(old_hash)s
