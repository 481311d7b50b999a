-- A page of the shown products of a category and all below it, newest first; of a group of variants
-- one: in stock before sold out, then the newest.
-- category: its path; after_time, after_id: creation time and product id of the last row of the
-- page before, null: the first page; row_count: rows wanted.
-- A row: a product id and when the product was created.
-- Planned anew each time: a plan that does not know the category walks through all products.
select
    p.product_id,
    p.created_at
from (
    select
        n.product_id,
        n.created_at,
        n.variant_group_id
    from raw.products as n
    where
        not n.is_hidden
        and (
            n.category = %(category)s
            or starts_with(n.category, %(category)s || ' > ')
        )
        and n.created_at <= coalesce(%(after_time)s::timestamptz, 'infinity')
        and (
            %(after_time)s::timestamptz is null
            or n.created_at < %(after_time)s
            or n.product_id > %(after_id)s::text
        )
    order by n.created_at desc, n.product_id asc
    -- Keeps the look at groups out of here: it is for the first rows alone, which keep this order.
    offset 0
) as p
where
    p.variant_group_id is null
    or p.product_id = (
        select v.product_id
        from raw.products as v
        where
            v.variant_group_id = p.variant_group_id
            and not v.is_hidden
            and (
                v.category = %(category)s
                or starts_with(v.category, %(category)s || ' > ')
            )
        order by v.is_in_stock desc, v.created_at desc, v.product_id asc
        limit 1
    )
limit %(row_count)s -- noqa: AM09
