-- Write down the products to export: those that the model has neighbours
-- for, without hidden ones.
-- model_id: the model; category: path of a category, itself and all below it, null for all.
insert into snapshot_products (product_id)
select p.product_id
from raw.products as p
where
    not p.is_hidden
    and exists (
        select
        from recs.neighbours as n
        where n.model_id = %(model_id)s and n.product_id = p.product_id
    )
    and (
        %(category)s::text is null
        or p.category = %(category)s
        or starts_with(p.category, %(category)s || ' > ')
    )
