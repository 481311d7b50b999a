-- Whether any product is of the question's category or of one below it.
-- A row: 1 or 0.
select exists(select 1 from category_products) as has_category
