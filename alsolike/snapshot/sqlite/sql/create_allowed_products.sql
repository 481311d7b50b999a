-- The products that fit the question's filter, are among the candidates, and are not excluded, nor
-- a variant of a product that is.
-- A row: a product, as in the table.
create temporary view allowed_products as
select p.*
from fitting_products as p
where
    p.product_id not in (select e.value from question as q, json_each(q.excluded) as e)
    and (
        p.variant_group_id is null
        or p.variant_group_id not in (
            select x.variant_group_id
            from question as q, json_each(q.excluded) as e
            inner join products as x on e.value = x.product_id
            where x.variant_group_id is not null
        )
    )
    and (
        (select q.candidates is null from question as q)
        or p.product_id in (select c.value from question as q, json_each(q.candidates) as c)
    )
