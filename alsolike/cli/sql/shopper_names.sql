-- The display names of some shoppers. shopper_ids: their ids.
-- A row: shopper_id and display_name, in the order of the ids.
select s.shopper_id, s.display_name
from raw.shoppers as s
where s.shopper_id = any(%(shopper_ids)s)
order by array_position(%(shopper_ids)s, s.shopper_id)
