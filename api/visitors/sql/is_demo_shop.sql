-- Whether everybody in this shop is made up.
-- A row: one boolean.
select ops.is_demo_shop() as is_demo_shop
