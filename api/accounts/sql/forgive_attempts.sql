-- Forget the attempts of some keys, once one of them succeeded.
-- key_hashes: keyed hashes of what is counted.
delete from ops.account_attempts as t
where t.key_hash = any(%(key_hashes)s::bytea [])
