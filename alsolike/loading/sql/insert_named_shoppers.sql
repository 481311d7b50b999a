-- Make the shoppers known that the file names.
-- A row: one new shopper.
insert into raw.shoppers (shopper_id)
select n.shopper_id
from named_shoppers as n
on conflict (shopper_id) do nothing
