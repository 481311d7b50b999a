-- Whether any product, hidden ones included, is of a category or of one below it.
-- category: its path.
-- A row: one boolean.
-- Planned anew each time: the index gives a prefix to a plan alone that knows it.
select
    exists (
        select 1 from raw.products as p
        where p.category = %(category)s
    )
    or exists (
        select 1 from raw.products as p
        where starts_with(p.category, %(category)s || ' > ')
    ) as has_category
