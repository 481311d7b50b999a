-- The shopper with absurdly many of the staged purchases: 100 and 50 times what shoppers have on
-- average. It may stand for all guests.
-- A row: the shopper, their purchases and those of the file; no row where there is none.
select shown(n.shopper_id), n.purchases, n.total
from (
    select
        s.shopper_id,
        count(*) as purchases,
        sum(count(*)) over () as total,
        count(*) over () as shoppers
    from staged as s
    where s.shopper_id is not null
    group by s.shopper_id
) as n
where n.purchases >= 100 and n.purchases > 50 * n.total / n.shoppers
order by n.purchases desc
limit 1
