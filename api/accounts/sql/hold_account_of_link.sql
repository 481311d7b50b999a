-- Keep the account of a link for another password as it is before the transaction ends. Who is just
-- signing in with the former password is waited for, so that their session is seen, and ended.
-- token_hash: SHA-256 of the link's token.
-- A row: whose account it is.
select a.shopper_id
from ops.account_links as l
inner join ops.accounts as a on l.shopper_id = a.shopper_id
where l.token_hash = %(token_hash)s and l.purpose = 'reset'
for no key update of a
