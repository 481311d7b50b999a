-- The nearest products of a product, of those that the question allows.
-- product_id: the product; k: rows wanted.
-- A row: the score, then a product, best first.
select
    n.score,
    p.*
from products as own
inner join neighbours as n on own.number = n.product_number
inner join allowed_products as p on n.neighbour_number = p.number
where own.product_id = :product_id
order by n.rank
limit :k
