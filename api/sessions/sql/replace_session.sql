-- Begin a session in place of another, which is over from then on.
-- old_hash: SHA-256 of the other's id, null: there is none; session_hash, data, seconds: as in
-- write_session.
with ended as (
    delete from ops.sessions as s
    where s.session_hash = %(old_hash)s::bytea
)

insert into ops.sessions (session_hash, data, expires_at)
values (
    %(session_hash)s,
    %(data)s::text::jsonb,
    now() + %(seconds)s::double precision * interval '1 second'
)
