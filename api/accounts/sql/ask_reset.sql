-- Keep a link that gives the account of an address another password; nothing without an account.
-- token_hash, email, seconds: as in ask_sign_up.
-- A row: what the link is for; none where there is no account.
insert into ops.account_links (token_hash, purpose, shopper_id, email, expires_at)
select
    %(token_hash)s::bytea,
    'reset',
    a.shopper_id,
    a.email,
    now() + %(seconds)s::double precision * interval '1 second'
from ops.accounts as a
where a.email = %(email)s::text
returning purpose
