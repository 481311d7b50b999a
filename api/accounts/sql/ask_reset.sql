-- Keep a link that gives the account of an address another password. Without an account a row is
-- written too, so that both take as long: it names nobody, and its token goes to nobody.
-- token_hash, email, new_id, seconds: as in ask_sign_up.
-- A row: whether the address has an account.
insert into ops.account_links (token_hash, purpose, shopper_id, email, expires_at)
select
    %(token_hash)s::bytea,
    'reset',
    coalesce(a.shopper_id, %(new_id)s::text),
    coalesce(a.email, ''),
    now() + %(seconds)s::double precision * interval '1 second'
from (values (1)) as one (row_number)
left join ops.accounts as a on a.email = %(email)s::text
returning email <> '' as has_account
