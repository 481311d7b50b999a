-- The shopper whom a visitor chose to be.
-- shopper_id: the shopper.
-- A row: the shopper with whether they consent to personalisation now; none for an unknown one, and
-- none where shoppers are not made up: there nobody may be chosen, whenever a cookie was signed.
select
    s.shopper_id,
    s.display_name,
    c.shopper_id is not null as is_personalised
from raw.shoppers as s
left join raw.consenting_shoppers as c on s.shopper_id = c.shopper_id
where s.shopper_id = %(shopper_id)s and ops.is_demo_shop()
