-- Tell which of some shoppers consent to measurement now. shopper_ids: their ids.
-- A row: one of them.
select m.shopper_id
from raw.measured_shoppers as m
where m.shopper_id = any(%(shopper_ids)s::text [])
