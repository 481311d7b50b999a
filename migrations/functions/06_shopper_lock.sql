-- The key of the advisory lock that an erasure holds alone, and the events of a shopper share.
-- Every role can take advisory locks; nobody can tell this key from a shopper's id without ours.
-- p_shopper_hash: keyed hash of the shopper; null gives null, and so no lock.
create or replace function ops.shopper_lock(p_shopper_hash bytea) returns bigint
language sql
immutable
strict
parallel safe
as $$
    select ('x' || encode(substr(p_shopper_hash, 1, 8), 'hex'))::bit(64)::bigint;
$$;
