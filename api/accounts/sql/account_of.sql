-- The account of a shopper.
-- shopper_id: the shopper.
-- A row: as of find_account; none where they have no account.
select
    a.shopper_id,
    s.display_name,
    a.email,
    a.password_hash,
    a.created_at
from ops.accounts as a
inner join raw.shoppers as s on a.shopper_id = s.shopper_id
where a.shopper_id = %(shopper_id)s
