-- Give the account that a link is for another password, use the link up with all others to its
-- address, and end every session of the account.
-- token_hash: SHA-256 of the link's token; password_hash: of the new password.
-- A row: whose account it is; none where the link is used up or too old.
with spent as (
    delete from ops.account_links as l
    where
        l.token_hash = %(token_hash)s::bytea
        and l.purpose = 'reset'
        and l.expires_at > now()
    returning l.shopper_id, l.email
),

others as (
    delete from ops.account_links as l
    using spent as k
    where l.email = k.email and l.token_hash <> %(token_hash)s::bytea
),

ended as (
    delete from ops.sessions as s
    using spent as k
    where s.shopper_id = k.shopper_id
)

update ops.accounts as a
set password_hash = %(password_hash)s::text, verified_at = now()
from spent as k
where a.shopper_id = k.shopper_id and a.email = k.email
returning a.shopper_id
