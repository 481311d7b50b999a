-- Whether any product is of a category or of one below it.
-- category: its path.
-- A row: one boolean.
select
    exists(
        select 1 from raw.products as p
        where p.category = %(category)s or starts_with(p.category, %(category)s || ' > ')
    ) as has_category
