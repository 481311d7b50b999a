-- Who a connection acts as, and how long its statements may take.
-- A row: the number of the server's process, the acting role, and the time limit of a statement in
-- milliseconds; 0: none.
select
    pg_backend_pid() as pid,
    current_user::text as role_name,
    (1000 * extract(epoch from current_setting('statement_timeout')::interval))::bigint as limit_ms
