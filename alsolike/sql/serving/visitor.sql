-- The shopper who is signed in.
-- shopper_id: the shopper.
-- A row: the shopper with whether they consent to personalisation now; none for an unknown one.
select
    s.shopper_id,
    s.display_name,
    coalesce(c.is_granted, false) as is_personalised
from raw.shoppers as s
left join raw.current_consents as c
    on s.shopper_id = c.shopper_id and c.purpose = 'personalisation'
where s.shopper_id = %(shopper_id)s
