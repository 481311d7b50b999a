-- The shown variants of a product's group, itself among them; none for a product without a group.
-- product_id: the product; row_count: rows wanted.
-- A row: a variant, by product id.
select
    g.product_id,
    g.title,
    g.attributes,
    g.is_in_stock
from (
    select
        v.product_id,
        v.title,
        v.attributes,
        v.is_in_stock
    from raw.products as v
    where
        v.variant_group_id = (
            select p.variant_group_id
            from raw.products as p
            where p.product_id = %(product_id)s
        )
        and not v.is_hidden
    order by v.product_id <> %(product_id)s asc, v.product_id asc
    limit %(row_count)s
) as g
order by g.product_id
