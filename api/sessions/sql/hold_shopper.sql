-- Keep a shopper from being erased before the transaction ends; an erasure under way is waited for.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id.
-- A row: whether there is such a shopper.
select p.has_shopper and not p.is_erased as is_there
from raw.event_permission(null, %(shopper_id)s::text, %(shopper_hash)s::bytea) as p
