-- Write a product. Values: the columns of PRODUCT_SCHEMA, which are the table's own but the number.
insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)
