-- HMAC-SHA-256 of a text, as alsolike/privacy/hashes.py computes it, to compare many ids at once.
-- p_text: such as a shopper's id; p_inner, p_outer: the key's two pads of 64 bytes (RFC 2104).
-- 32 bytes.
create or replace function ops.keyed_hash(p_text text, p_inner bytea, p_outer bytea)
returns bytea
language sql
immutable
strict
parallel safe
as $$
    select sha256(p_outer || sha256(p_inner || convert_to(p_text, 'UTF8')));
$$;
