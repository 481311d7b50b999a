-- Keep a link by which a shopper whom the shop knows makes their account.
-- token_hash: SHA-256 of the link's token; shopper_id: the shopper; email: where it is mailed to,
-- as folded_email writes it; seconds: how long it is good.
-- A row: whom it is for; none of an unknown shopper, and none where they or the address have an
-- account.
insert into ops.account_links (token_hash, purpose, shopper_id, email, expires_at)
select
    %(token_hash)s::bytea,
    'claim',
    s.shopper_id,
    %(email)s::text,
    now() + %(seconds)s::double precision * interval '1 second'
from raw.shoppers as s
where
    s.shopper_id = %(shopper_id)s::text
    and not exists (select 1 from ops.accounts as a where a.shopper_id = s.shopper_id)
    and not exists (select 1 from ops.accounts as a where a.email = %(email)s::text)
returning shopper_id
