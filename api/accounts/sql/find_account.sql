-- The account of an e-mail address.
-- email: as folded_email writes it.
-- A row: whose it is, what they are called, the address and the hash of the password; none where
-- there is no account.
select
    a.shopper_id,
    s.display_name,
    a.email,
    a.password_hash,
    a.created_at
from ops.accounts as a
inner join raw.shoppers as s on a.shopper_id = s.shopper_id
where a.email = %(email)s
