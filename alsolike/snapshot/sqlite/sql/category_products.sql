-- A page of the question's category, newest first; of a group of variants one: in stock before sold
-- out, then the newest.
-- after_time, after_id: creation time and product id of the last row of the page before, null: the
-- first page; row_count: rows wanted.
-- A row: a product.
select p.*
from category_products as p
where
    (
        :after_time is null
        or p.created_at < :after_time
        or (p.created_at = :after_time and p.product_id > :after_id)
    )
    and (
        p.variant_group_id is null
        or p.number = (
            select v.number
            from products as v
            where
                v.variant_group_id = p.variant_group_id
                -- The sign keeps the search by the index of groups.
                and +v.number in (select c.number from category_products as c)
            order by v.is_in_stock desc, v.created_at desc, v.product_id asc
            limit 1
        )
    )
order by p.created_at desc, p.product_id asc
limit :row_count
