-- Keep a link for somebody who signs up: it confirms their address. Where the address has an
-- account, the link gives that another password; so the same is written either way.
-- token_hash: SHA-256 of the link's token; email: as folded_email writes it; hashed_id: the id that
-- loads of shop systems' exports make of the address; new_id: a new shopper's; display_name: what
-- to call them, null: not told; password_hash: of the password that they chose; seconds: how long
-- the link is good.
-- A row: what the link is for.
insert into ops.account_links (
    token_hash, purpose, shopper_id, email, display_name, password_hash, expires_at
)
select
    %(token_hash)s::bytea,
    case when a.shopper_id is null then 'sign-up' else 'reset' end,
    coalesce(a.shopper_id, k.shopper_id, %(new_id)s::text),
    %(email)s::text,
    case when a.shopper_id is null then %(display_name)s::text end,
    case when a.shopper_id is null then %(password_hash)s::text end,
    now() + %(seconds)s::double precision * interval '1 second'
from (values (1)) as one (row_number)
left join ops.accounts as a on a.email = %(email)s::text
left join lateral (
    select s.shopper_id
    from raw.shoppers as s
    where
        s.shopper_id = %(hashed_id)s::text
        and not exists (select 1 from ops.accounts as o where o.shopper_id = s.shopper_id)
) as k on true
returning purpose
