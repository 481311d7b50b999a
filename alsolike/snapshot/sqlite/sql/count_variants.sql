-- Write of each product of a group how many others of it are in stock. No parameters.
update products
set
    variants = (
        select count(*)
        from products as v
        where
            v.variant_group_id = products.variant_group_id
            and v.number <> products.number
            and v.is_in_stock = 1
    )
where variant_group_id is not null
