-- Erase a shopper; see ops.erase_shopper.
-- shopper_id: known or not; shopper_hash: keyed hash of the id; key_id: which key; source: who
-- asks; erasure_id: number of the receipt, null: a new one.
-- A row: the receipt.
select
    r.erasure_id,
    r.erased_at,
    r.erased_before,
    r.counts,
    r.waits_for
from
    ops.erase_shopper(
        %(shopper_id)s::text,
        %(shopper_hash)s::bytea,
        %(key_id)s::text,
        %(source)s::text,
        %(erasure_id)s::uuid
    ) as r
