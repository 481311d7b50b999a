-- Write what a session holds, and let it last from now on.
-- session_hash: SHA-256 of its id; data: what it holds, as JSON text; seconds: how long it lasts.
insert into ops.sessions as s (session_hash, data, expires_at)
values (
    %(session_hash)s,
    %(data)s::text::jsonb,
    now() + %(seconds)s::double precision * interval '1 second'
)
on conflict (session_hash) do update
    set data = excluded.data, expires_at = excluded.expires_at
