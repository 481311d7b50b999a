-- A link that was mailed, unless it was used or is too old.
-- token_hash: SHA-256 of its token.
-- A row: what it is for, whose account it is about, the address that it was mailed to, and of a
-- sign-up the hash of the password; none for an unknown one.
select
    l.purpose,
    l.shopper_id,
    l.email,
    coalesce(s.display_name, l.display_name) as display_name,
    l.password_hash
from ops.account_links as l
left join raw.shoppers as s on l.shopper_id = s.shopper_id
where l.token_hash = %(token_hash)s and l.expires_at > now()
