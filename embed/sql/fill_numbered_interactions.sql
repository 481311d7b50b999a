-- The interactions with products that have a text vector, in the order of the visitors: shoppers,
-- and anonymous sessions. Weights halve with age and stop at 1e-20, where decades old events count
-- alike: below 1e-38 real numbers, and the products of vectors with them, end in an error.
insert into numbered_interactions (shopper_number, product_number, weight)
select
    dense_rank() over (order by i.visitor_id) as shopper_number,
    t.product_number,
    greatest(i.weight, 1e-20) as weight
from marts.shopper_interactions as i
inner join text_vectors as t on i.product_id = t.product_id
order by shopper_number, t.product_number
