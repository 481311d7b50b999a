-- Fill the index of words from the products.
insert into words (words) values ('rebuild')
