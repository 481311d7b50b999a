-- The nearest products of a product, of those that the question allows. Two variants that are not
-- may have the same one in their place.
-- product_id: the product; k: rows wanted.
-- A row: the score, then a product, best first.
select
    n.score,
    p.*
from products as own
inner join neighbours as n on own.number = n.product_number
inner join shown_products as f on n.neighbour_number = f.number
inner join products as p on f.shown_number = p.number
where own.product_id = :product_id
order by n.rank
limit :k
