-- Write a product. Values: the columns of PRODUCT_SCHEMA, which are the table's own but the last
-- two.
insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, null)
