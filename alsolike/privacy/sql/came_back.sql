-- Shoppers who are known though they are on the list of erased ones, as after a restore.
-- inner_pad, outer_pad: the key of the list, see ops.keyed_hash.
-- A row: one shopper.
select s.shopper_id
from raw.shoppers as s
inner join raw.erased_shoppers as e
    on ops.keyed_hash(s.shopper_id, %(inner_pad)s, %(outer_pad)s) = e.shopper_hash
order by s.shopper_id
