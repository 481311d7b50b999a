-- Write a neighbour, if both products are there. Values: product id, rank, neighbour's id, score.
insert into neighbours (product_number, rank, neighbour_number, score)
select
    p.number as product_number,
    given.rank,
    n.number as neighbour_number,
    given.score
from (select ? as product_id, ? as rank, ? as neighbour_id, ? as score) as given
inner join products as p on given.product_id = p.product_id
inner join products as n on given.neighbour_id = n.product_id
