-- End all sessions.
delete from ops.sessions as s
where s.session_hash is not null
