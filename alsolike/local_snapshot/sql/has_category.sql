-- Whether any product is of a category or of one below it.
-- category: its path.
-- A row: 1 or 0.
select
    exists (
        select 1 from products as p
        where p.category = :category
    )
    or exists (
        select 1 from products as p
        where p.category > :category || ' > ' and p.category < :category || ' >!'
    ) as has_category
