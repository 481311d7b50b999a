-- The nearest products of a product, of those that the question allows; of a group of variants the
-- nearest.
-- product_id: the product; k: rows wanted.
-- A row: the score, then a product, best first.
select f.*
from (
    select
        n.score,
        p.*,
        n.rank,
        row_number() over (partition by p.item_group_id order by n.rank) as number_in_group
    from products as own
    inner join neighbours as n on own.number = n.product_number
    inner join allowed_products as p on n.neighbour_number = p.number
    where own.product_id = :product_id
) as f
where f.item_group_id is null or f.number_in_group = 1
order by f.rank
limit :k
