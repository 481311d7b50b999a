-- Record the caller's statement on consent for the shoppers of the file that have no decision yet.
-- is_granted: whether they agreed to personalisation; source: where the statement comes from.
-- A row: one decision.
insert into raw.consents (shopper_id, purpose, is_granted, source)
select n.shopper_id, 'personalisation', %(is_granted)s, %(source)s
from named_shoppers as n
where
    not exists (
        select from raw.consents as c
        where c.shopper_id = n.shopper_id and c.purpose = 'personalisation'
    )
order by n.shopper_id
