-- Note that a shopper's token is used, unless it was used before.
-- token_hash: keyed hash of its jti, 32 bytes; expires_at: its exp.
-- No row is returned; as many are inserted, 1 or 0, as the token was good for.
insert into ops.spent_tokens (token_hash, expires_at)
values (%(token_hash)s, %(expires_at)s)
on conflict do nothing
