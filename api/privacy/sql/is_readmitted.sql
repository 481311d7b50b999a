-- Look whether the shop made a shopper anew after a time.
-- shopper_hash: keyed hash of the id; since: the time.
-- A row: whether it did.
select ops.is_readmitted(%(shopper_hash)s, %(since)s) as is_readmitted
