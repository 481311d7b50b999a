-- The shoppers that usable rows of the staged file name.
-- A row: one shopper.
create temporary table named_shoppers on commit drop as
select distinct s.shopper_id
from usable as s
where s.shopper_id is not null
