-- Make the account that a link is for, and use the link up, with all others to its address. The
-- shopper is made with it where the link is of a sign-up, and nobody knew them.
-- token_hash: SHA-256 of the link's token; shopper_id: whom the link names; shopper_hash: keyed
-- hash of the shopper; password_hash: of the account's password.
-- A row: whose account was made; none where the link is used up or too old, the shopper is gone or
-- was erased, or they or the address have an account already.
with asked as (
    select
        p.has_shopper,
        p.is_erased
    from raw.event_permission(null, %(shopper_id)s::text, %(shopper_hash)s::bytea) as p
),

spent as (
    delete from ops.account_links as l
    where
        l.token_hash = %(token_hash)s::bytea
        and l.shopper_id = %(shopper_id)s::text
        and l.purpose in ('sign-up', 'claim')
        and l.expires_at > now()
    returning l.shopper_id, l.email, l.display_name, l.purpose
),

others as (
    delete from ops.account_links as l
    using spent as k
    where l.email = k.email and l.token_hash <> %(token_hash)s::bytea
),

admitted as (
    select
        k.shopper_id,
        k.email,
        k.display_name,
        a.has_shopper
    from spent as k
    cross join asked as a
    where
        not a.is_erased
        and (a.has_shopper or k.purpose = 'sign-up')
        and not exists (select 1 from ops.accounts as o where o.email = k.email)
),

made as (
    insert into raw.shoppers (shopper_id, display_name)
    select
        k.shopper_id,
        k.display_name
    from admitted as k
    where not k.has_shopper
    on conflict (shopper_id) do nothing
)

insert into ops.accounts (shopper_id, email, password_hash)
select
    k.shopper_id,
    k.email,
    %(password_hash)s::text
from admitted as k
on conflict do nothing
returning shopper_id
