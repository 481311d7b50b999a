-- The products that fit the question's filter, are not excluded and are among the candidates.
-- A row: a product, as in the table.
create temporary view allowed_products as
select p.*
from fitting_products as p
where
    p.product_id not in (select e.value from question as q, json_each(q.excluded) as e)
    and (
        (select q.candidates is null from question as q)
        or p.product_id in (select c.value from question as q, json_each(q.candidates) as c)
    )
