-- A table of this session: what visitors (shoppers and anonymous sessions) did with products that
-- have a text vector, in the order of the visitors, both sides numbered. Personal data: it ends
-- with the session. Weights halve with age and stop at 1e-20, where events of decades ago count
-- alike: Postgres raises an error for real numbers below 1e-38 and for vectors multiplied by them.
-- A row: shopper_number and product_number from 1, weight above 0.
create temporary table numbered_interactions as
select
    (dense_rank() over (order by i.visitor_id))::integer as shopper_number,
    t.product_number,
    greatest(i.weight, 1e-20)::real as weight
from marts.shopper_interactions as i
inner join text_vectors as t on i.product_id = t.product_id
order by shopper_number, t.product_number
