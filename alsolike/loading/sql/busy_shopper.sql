-- The shopper with at least 100 of the staged purchases and more than 50 times the average, who may
-- stand for all guests.
-- A row: the shopper, their purchases and those of the file; no row if there is none.
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
