-- What lies in a basket, in the order that it was put in.
-- basket_id: the basket, which need not be there.
-- A row: the product's id, pieces, what one costs now and in which currency, null where that is not
-- known; whether it is sold at all, and whether it can be bought now.
select
    l.product_id,
    l.quantity,
    least(p.price, p.sale_price) as unit_price,
    p.currency,
    coalesce(not p.is_hidden and p.removed_at is null, false) as is_sold,
    coalesce(p.is_in_stock and not p.is_hidden and p.removed_at is null, false) as is_available
from raw.basket_lines as l
left join raw.products as p on l.product_id = p.product_id
where l.basket_id = %(basket_id)s
order by l.added_at, l.product_id
