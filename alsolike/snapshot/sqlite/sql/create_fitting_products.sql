-- The products that fit the question's filter, as recs.fits has it in Postgres.
-- A row: a product, as in the table.
-- A subquery on the question is evaluated once per statement, not once per product.
create temporary view fitting_products as
select p.*
from products as p
where
    (p.is_in_stock or (select q.product_filter ->> 'with_sold_out' from question as q))
    and (
        (select q.product_filter ->> 'category' is null from question as q)
        or p.category = (select q.product_filter ->> 'category' from question as q)
        or substr(
            p.category, 1, (select length(q.product_filter ->> 'category') + 3 from question as q)
        ) = (select (q.product_filter ->> 'category') || ' > ' from question as q)
    )
    and (
        (select q.product_filter ->> 'brands' is null from question as q)
        or p.brand in (
            select b.value from question as q, json_each(q.product_filter, '$.brands') as b
        )
    )
    and (
        (select q.product_filter ->> 'currency' is null from question as q)
        or upper(p.currency) = (select upper(q.product_filter ->> 'currency') from question as q)
    )
    and (
        (select q.product_filter ->> 'price_min' is null from question as q)
        or coalesce(
            min(cast(p.price as real), cast(p.sale_price as real)),
            cast(p.price as real),
            cast(p.sale_price as real)
        )
        >= (select q.product_filter ->> 'price_min' from question as q)
    )
    and (
        (select q.product_filter ->> 'price_max' is null from question as q)
        or coalesce(
            min(cast(p.price as real), cast(p.sale_price as real)),
            cast(p.price as real),
            cast(p.sale_price as real)
        )
        <= (select q.product_filter ->> 'price_max' from question as q)
    )
    and (
        (select q.product_filter ->> 'attributes' is null from question as q)
        or has_attributes(
            p.attributes, (select q.product_filter ->> 'attributes' from question as q)
        )
    )
    and (
        (select q.product_filter ->> 'created_after' is null from question as q)
        -- Both are UTC; the offset is written in the table's way.
        or p.created_at
        >= (select replace(q.product_filter ->> 'created_after', 'Z', '+00:00') from question as q)
    )
