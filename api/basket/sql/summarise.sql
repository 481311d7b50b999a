-- How much lies in a basket.
-- basket_id: the basket, which need not be there.
-- A row: pieces, and the ids of the products.
select
    coalesce(sum(l.quantity), 0)::integer as pieces,
    coalesce(array_agg(l.product_id order by l.added_at, l.product_id), '{}') as product_ids
from raw.basket_lines as l
where l.basket_id = %(basket_id)s
