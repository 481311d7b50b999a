-- A page of the shown products of a category and all below it, newest first.
-- category: its path; after_time, after_id: creation time and product id of the last row of the
-- page before, null: the first page; row_count: rows wanted.
-- A row: a product id and when the product was created.
-- Planned anew each time: a plan that does not know the category walks through all products.
select
    p.product_id,
    p.created_at
from raw.products as p
where
    not p.is_hidden
    and (
        p.category = %(category)s
        or starts_with(p.category, %(category)s || ' > ')
    )
    and p.created_at <= coalesce(%(after_time)s::timestamptz, 'infinity')
    and (
        %(after_time)s::timestamptz is null
        or p.created_at < %(after_time)s
        or p.product_id > %(after_id)s::text
    )
order by p.created_at desc, p.product_id asc
limit %(row_count)s
