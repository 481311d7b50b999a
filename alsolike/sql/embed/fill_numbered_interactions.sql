-- The interactions with products that have a text vector, in the order of the visitors: shoppers,
-- and anonymous sessions.
insert into numbered_interactions (shopper_number, product_number, weight)
select
    dense_rank() over (order by i.visitor_id) as shopper_number,
    t.product_number,
    i.weight
from marts.shopper_interactions as i
inner join text_vectors as t on i.product_id = t.product_id
order by shopper_number, t.product_number
