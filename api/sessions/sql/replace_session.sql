-- Begin a session in place of another, which is over from then on; none if that is over already.
-- old_hash: SHA-256 of the other's id, null: there is none; session_hash, data, seconds: as in
-- write_session.
with ended as (
    delete from ops.sessions as s
    where s.session_hash = %(old_hash)s::bytea and s.expires_at > now()
    returning s.session_hash
)

insert into ops.sessions (session_hash, data, expires_at)
select
    %(session_hash)s::bytea,
    %(data)s::text::jsonb,
    now() + %(seconds)s::double precision * interval '1 second'
where %(old_hash)s::bytea is null or exists (select 1 from ended)
