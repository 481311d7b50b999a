-- Keep the password of a shopper's account as it is before the transaction ends; a change under way
-- is waited for.
-- shopper_id: the shopper; password_hash: of the password that they gave, null: none.
-- A row where the account has that password, or any where none was given.
select a.shopper_id
from ops.accounts as a
where
    a.shopper_id = %(shopper_id)s
    and (%(password_hash)s::text is null or a.password_hash = %(password_hash)s::text)
for share
