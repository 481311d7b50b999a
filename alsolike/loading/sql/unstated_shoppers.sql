-- The shoppers of a load whose consent neither its files nor an earlier decision state.
-- A row: one file and how many shoppers it names.
select n.source, count(distinct n.shopper_id)
from surveyed as n
where
    not exists (
        select from surveyed as o
        where o.shopper_id = n.shopper_id and o.is_stated
    )
    and not exists (
        select from raw.consents as c
        where c.shopper_id = n.shopper_id and c.purpose = 'personalisation'
    )
group by n.source
order by n.source
