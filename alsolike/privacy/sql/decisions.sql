-- Who is on the list of erased shoppers, and who was taken off it.
-- A row: one shopper: hash, which key, when that was decided, and whether they are erased.
select e.shopper_hash, e.key_id, e.erased_at as decided_at, true as is_erased
from raw.erased_shoppers as e
union all
select r.shopper_hash, r.key_id, r.readmitted_at as decided_at, false as is_erased
from raw.readmitted_shoppers as r
